import Torch

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
