import CTorch
import Foundation

/// What the processor multiplies bfloat16 with, as far as LibTorch may use it.
public enum BFloat16Products: Int32, Sendable {
    /// Nothing: numbers are widened or multiplied one by one.
    case none
    /// Vector instructions (AVX512-BF16).
    case vectors
    /// A matrix unit (AMX).
    case matrixUnit

    /// What there is here; `ONEDNN_MAX_CPU_ISA` lets a machine play another.
    public static var ofThisMachine: BFloat16Products { BFloat16Products(rawValue: ctorch.bfloat16_products()) ?? .none }
}

/// How fast the machine multiplies matrices: the yardstick for what an encoder reaches.
public enum MatrixRate {
    /// Multiply-adds count as two. Operations a second of the product of two square matrices, the best of some tries.
    ///
    /// - Parameters:
    ///   - dtype: the type of the matrices.
    ///   - device: where they are multiplied.
    ///   - size: rows and columns.
    ///   - seconds: how long to try.
    public static func measure(
        _ dtype: DType, on device: Device = .cpu, size: Int = 1536, seconds: Double = 0.1
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
