import CTorch
import Foundation

/// What the processor multiplies bfloat16 with, as far as LibTorch may use it.
package enum BFloat16Products: Int32, Sendable {
    /// Nothing: numbers are widened or multiplied one by one.
    case none
    /// Vector instructions (AVX512-BF16).
    case vectors
    /// A matrix unit (AMX).
    case matrixUnit

    /// What there is here; `ONEDNN_MAX_CPU_ISA` lets a machine play another.
    package static var ofThisMachine: BFloat16Products { BFloat16Products(rawValue: ctorch.bfloat16_products()) ?? .none }
}

/// How fast the machine multiplies matrices: the yardstick for what an encoder reaches.
package enum MatrixRate {
    /// Multiply-adds count as two. Operations a second of the product of two square matrices, the best of some tries.
    ///
    /// - Parameters:
    ///   - dtype: the type of the matrices.
    ///   - device: where they are multiplied.
    ///   - size: rows and columns.
    ///   - seconds: how long to try.
    package static func measure(
        _ dtype: ElementType, on device: Device = .cpu, size: Int = 1536, seconds: Double = 0.1
    ) -> Double {
        withoutGradients {
            // Like a linear layer: the second matrix is transposed.
            let states = Tensor.full([size, size], 0.5, dtype: dtype, on: device)
            let weight = Tensor.full([size, size], 0.5, dtype: dtype, on: device)
            let clock = ContinuousClock()
            let start = clock.now
            var best = Double.infinity
            repeat {
                let before = clock.now
                _ = states.linear(weight)
                device.synchronize()
                best = min(best, (clock.now - before) / .seconds(1))
            } while (clock.now - start) / .seconds(1) < seconds
            return 2 * Double(size * size * size) / best
        }
    }
}

/// Memory of this process and of a device, in bytes.
package struct MemoryUse: Sendable, Codable, Equatable {
    /// Held now.
    package var current: Int
    /// Held at most since the start, or since ``resetPeak(of:)``.
    package var peak: Int

    /// The process's resident memory on the processor; what LibTorch's allocator holds on an accelerator.
    package static func of(_ device: Device) -> MemoryUse {
        if device.kind == .cpu { return resident() }
        var (current, peak, total): (Int64, Int64, Int64) = (0, 0, 0)
        guard ctorch.device_memory(device.kind.rawValue, Int32(device.index), &current, &peak, &total) else {
            return MemoryUse(current: 0, peak: 0)
        }
        return MemoryUse(current: Int(current), peak: Int(peak))
    }

    /// All memory of a device; the machine's for the processor.
    package static func total(of device: Device) -> Int {
        if device.kind == .cpu { return Int(ProcessInfo.processInfo.physicalMemory) }
        var (current, peak, total): (Int64, Int64, Int64) = (0, 0, 0)
        guard ctorch.device_memory(device.kind.rawValue, Int32(device.index), &current, &peak, &total) else { return 0 }
        return Int(total)
    }

    /// Whether tensors of so many bytes lie on a device as a whole: on accelerators, where they leave half of its memory to the rest.
    package static func hasRoom(for bytes: Int, on device: Device) -> Bool {
        device != .cpu && of(device).current + bytes <= total(of: device) / 2
    }

    /// Starts the measurement of the peak again.
    ///
    /// On the processor that needs leave to write `/proc/self/clear_refs`; without it the peak since the start is kept.
    package static func resetPeak(of device: Device) {
        if device.kind == .cpu {
            guard let file = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
            try? file.write(contentsOf: Data("5".utf8))
            try? file.close()
        } else {
            _ = ctorch.reset_device_peak(device.kind.rawValue, Int32(device.index))
        }
    }

    private static func resident() -> MemoryUse {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        func field(_ name: String) -> Int {
            guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else { return 0 }
            return (line.split(whereSeparator: { !$0.isNumber }).first.flatMap { Int($0) } ?? 0) * 1024
        }
        return MemoryUse(current: field("VmRSS:"), peak: field("VmHWM:"))
    }
}
