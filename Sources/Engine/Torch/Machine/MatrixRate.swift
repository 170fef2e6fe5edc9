import Foundation

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
