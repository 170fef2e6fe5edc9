import Encoders
import Encoding
import Torch

/// An encoder that runs in every step over the inputs of the items of a batch: no padding, no item twice.
struct LiveEncoder {
    let encoder: PretrainedEncoder
    let inputs: LiveInputs
    let pooling: Pooling
    /// Token states in one pass.
    let passTokens: Int
    /// The type of matrix products; nil for that of the weights.
    let autocast: DType?

    /// The rows of all passes, one after the other [rows, ...]; nil where there is no pass.
    ///
    /// - Parameter run: gives the rows of one pass for its input.
    /// - Throws: `CancellationError` between two passes when told to stop; ``UserError`` when an input can no longer be read.
    func rows(_ passes: LivePasses, _ run: (Tensor) throws -> Tensor) throws -> Tensor? {
        guard !passes.passes.isEmpty else { return nil }
        let outputs = try withAutocast(to: autocast, on: device) {
            try passes.passes.map { pass in
                try inputs.stop.check()
                return try run(pass.input(device))
            }
        }
        return outputs.count == 1 ? outputs[0] : .concatenated(outputs, along: 0)
    }

    /// Where the encoder computes.
    var device: Device { encoder.parameters.device }

    /// The passes of some items, catalogue indices [items].
    func passes(of items: Tensor) -> LivePasses {
        inputs.passes(of: items.to(.cpu).array(of: Int64.self), tokens: passTokens)
    }

    /// The rows of items, in the items' order, from the rows of their passes; zeros for an item without an input.
    func ordered(_ rows: Tensor?, _ passes: LivePasses, shape: [Int]) -> Tensor {
        guard let rows else { return .zeros([passes.rows.count] + shape, on: device) }
        let places = Tensor(passes.rows, on: device)
        let isWhole = !passes.rows.contains(Int64(passes.rowCount))
        let all = isWhole ? rows : .concatenated([rows, .zeros([1] + shape, dtype: rows.dtype, on: device)], along: 0)
        return all.selecting(places).to(.float32)
    }
}
