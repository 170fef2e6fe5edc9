import Torch

#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

extension Doctor {
    /// The devices beside the processor: those LibTorch can use, and those the system has without LibTorch's help.
    static func accelerators() -> [DoctorFinding] {
        accelerators(cuda: Device.count(of: .cuda), mps: Device.count(of: .mps), driver: CUDADriver.devices())
    }

    static func accelerators(cuda: Int, mps: Int, driver: [CUDADriver.Device]) -> [DoctorFinding] {
        if mps > 0 { return [DoctorFinding("Device mps", "Apple's GPU")] }
        if cuda > 0 {
            return (0..<cuda).map { index in
                let known = index < driver.count ? driver[index] : nil
                return DoctorFinding("Device cuda:\(index)", known.map(describe) ?? "name unknown")
            }
        }
        guard let first = driver.first else { return [DoctorFinding("Devices", "none beside the processor")] }
        return [
            DoctorFinding(
                "Devices", "\(describe(first)), which this LibTorch cannot use",
                advice: "Set LIBTORCH to a build with CUDA, or remove .libtorch to have one installed; then: make setup build.")
        ]
    }

    private static func describe(_ device: CUDADriver.Device) -> String { "\(device.name), \(bytes(device.memory))" }
}

/// NVIDIA's driver library, asked for the names of the devices; it is loaded only then and need not be there.
enum CUDADriver {
    /// A device as the driver describes it.
    struct Device: Equatable {
        /// As in `NVIDIA H100 80GB HBM3`.
        var name: String
        /// In bytes.
        var memory: UInt64
    }

    private typealias Initialize = @convention(c) (UInt32) -> Int32
    private typealias Count = @convention(c) (UnsafeMutablePointer<Int32>) -> Int32
    private typealias Handle = @convention(c) (UnsafeMutablePointer<Int32>, Int32) -> Int32
    private typealias Name = @convention(c) (UnsafeMutablePointer<CChar>, Int32, Int32) -> Int32
    private typealias Memory = @convention(c) (UnsafeMutablePointer<Int>, Int32) -> Int32

    /// The devices in CUDA's own order, those that `CUDA_VISIBLE_DEVICES` hides left out; empty without a driver.
    static func devices() -> [Device] {
        guard let library = dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL),
            let initialize = symbol("cuInit", in: library, as: Initialize.self),
            let countDevices = symbol("cuDeviceGetCount", in: library, as: Count.self),
            let handle = symbol("cuDeviceGet", in: library, as: Handle.self),
            let name = symbol("cuDeviceGetName", in: library, as: Name.self),
            let memory = symbol("cuDeviceTotalMem_v2", in: library, as: Memory.self)
        else { return [] }
        var count: Int32 = 0
        guard initialize(0) == 0, countDevices(&count) == 0 else { return [] }
        return (0..<max(count, 0)).compactMap { index in
            var (device, bytes): (Int32, Int) = (0, 0)
            var text = [CChar](repeating: 0, count: 256)
            guard handle(&device, index) == 0, name(&text, Int32(text.count), device) == 0, memory(&bytes, device) == 0 else {
                return nil
            }
            let characters = text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            return Device(name: String(decoding: characters, as: UTF8.self), memory: UInt64(bytes))
        }
    }

    private static func symbol<Function>(_ name: String, in library: UnsafeMutableRawPointer, as: Function.Type) -> Function? {
        dlsym(library, name).map { unsafeBitCast($0, to: Function.self) }
    }
}
