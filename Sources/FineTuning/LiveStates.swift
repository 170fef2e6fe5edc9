import Files
public import Encoders
public import Catalogue
public import Modeling
public import Torch

/// The hidden states of a frozen encoder that runs in every step: the uncached form of IISAN, with the same numbers as the store's.
public final class LiveStates: StateSource {
    /// Their width and kept layers.
    public let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    public let presence: [Bool]?
    private let live: LiveEncoder

    /// Loads the encoder up to the last layer.
    ///
    /// - Parameters:
    ///   - layers: the numbers of the kept hidden states, ascending; nil as a store's.
    ///   - pooling: how token states become one; nil for the family's own.
    ///   - precision: what the encoder computes in.
    /// - Throws: ``UserError`` for layers that do not exist or do not ascend, and for weights that do not fit.
    public init(
        _ inputs: LiveInputs, layers: [Int]?, pooling: Pooling?, precision: EncodingOptions.Precision, passTokens: Int,
        on device: Device
    ) throws {
        let family = inputs.directory.family
        let layers = layers ?? EncodingOptions.usualLayers(depth: family.depth)
        try ModalityShape.check(kept: layers, of: Array(0...family.depth))
        let encoder = try PretrainedEncoder(
            inputs.directory, hash: inputs.encoderHash, through: layers.max(), on: device,
            dtype: precision == .float32 ? .float32 : .bfloat16)
        try inputs.keepPixels(on: device)
        live = LiveEncoder(
            encoder: encoder, inputs: inputs, pooling: pooling ?? family.pooling, passTokens: passTokens, autocast: nil)
        shape = ModalityShape(width: family.width, layers: layers)
        presence = inputs.isPresent.allSatisfy { $0 } ? nil : inputs.isPresent
    }

    /// How many numbers the encoder has.
    public var frozenCount: Int { live.encoder.parameters.count }

    /// The states of items.
    public func states(of items: Tensor, training: Bool) throws -> StateRows {
        try withoutGradients {
            let passes = live.passes(of: items)
            let rows = try live.rows(passes) { input in
                live.encoder.pooledStates(of: input, layers: shape.layers, pooling: live.pooling)
            }
            return StateRows(live.ordered(rows, passes, shape: [shape.layers.count, shape.width]))
        }
    }
}

/// An encoder that runs in every step over the inputs of the items of a batch: no padding, no item twice.
struct LiveEncoder {
    let encoder: PretrainedEncoder
    let inputs: LiveInputs
    let pooling: Pooling
    /// Token states in one pass.
    let passTokens: Int
    /// The type of matrix products; nil for that of the weights.
    let autocast: ElementType?

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
