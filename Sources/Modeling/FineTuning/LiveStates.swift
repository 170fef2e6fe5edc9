import Encoders
import Encoding
import Torch

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
