public import Encoders
public import Catalogue
import Files
public import OrderedCollections
public import Modeling
public import Torch

/// The last hidden state of an encoder that is fine-tuned: full, Adapter, LoRA or BitFit.
///
/// With checkpointing nothing of the encoder's passes is kept: the rows become leaves of the recorded graph, and after the loss's
/// backward pass ``finishBackward()`` runs each pass again, with the same dropout, and takes the rows' gradients on through it.
public final class TunedEncoder: StateSource {
    /// The encoder's width; its depth is the one layer.
    public let shape: ModalityShape
    /// Whether an item has the modality [catalogue]; nil where all have it.
    public let presence: [Bool]?
    /// What is trained: the encoder's own tensors below `encoder`, or `adapters`, or `low_rank`.
    public let trained: OrderedDictionary<String, Tensor>
    /// Which of those weight decay is for.
    public let decayed: Set<String>
    /// How many numbers of the encoder never change.
    public let frozenCount: Int
    /// The hash of the encoder's files.
    public var hash: String? { live.inputs.encoderHash }
    private let live: LiveEncoder
    private let dropout: EncoderDropout
    private let checkpointing: Bool
    private var putOff: [PutOff] = []

    /// Passes whose graph was not kept.
    private struct PutOff {
        let passes: LivePasses
        /// The passes' rows, a leaf [rows, width].
        let rows: Tensor
        /// The random state before each pass.
        let random: [SavedRandomState]
    }

    /// Loads an encoder and prepares it for a method.
    ///
    /// - Parameters:
    ///   - method: one that trains encoders.
    ///   - pooling: how token states become one; nil for the family's own.
    ///   - autocast: the type of matrix products; nil for float32.
    /// - Throws: ``UserError`` for settings that cannot be built, an encoder without biases for BitFit, and weights that do not fit.
    public init(
        _ inputs: LiveInputs, method: Method, _ options: FineTuningOptions, pooling: Pooling?, autocast: ElementType?,
        on device: Device
    ) throws {
        precondition(method.trainsEncoders, "\(method.rawValue) trains no encoder")
        try options.check()
        let family = inputs.directory.family
        let encoder = try PretrainedEncoder(
            inputs.directory, hash: inputs.encoderHash, on: device, isTrained: { Self.isTrained($0, by: method) })
        (trained, decayed) = try Self.tensors(of: encoder, method, options)
        frozenCount =
            encoder.parameters.count - (method == .full || method == .bitfit ? trained.values.reduce(0) { $0 + $1.count } : 0)
        try inputs.keepPixels(on: device)
        live = LiveEncoder(
            encoder: encoder, inputs: inputs, pooling: pooling ?? family.pooling, passTokens: options.passTokens,
            autocast: autocast)
        dropout = options.dropout ? family.dropout : .none
        checkpointing = options.checkpointing
        shape = ModalityShape(width: family.width, layers: [family.depth])
        presence = inputs.isPresent.allSatisfy { $0 } ? nil : inputs.isPresent
    }

    /// The last states of items, as states of one layer.
    public func states(of items: Tensor, training: Bool) throws -> StateRows {
        let passes = live.passes(of: items)
        let rows: Tensor?
        if training, checkpointing {
            rows = try leaves(passes)
        } else {
            rows = try live.rows(passes) { run($0, training: training) }
        }
        return StateRows(live.ordered(rows, passes, shape: [shape.width]).unsqueezed(1))
    }

    private func run(_ input: Tensor, training: Bool) -> Tensor {
        live.encoder.pooledLastState(of: input, pooling: live.pooling, dropout: training ? dropout : .none).to(.float32)
    }

    /// The rows of all passes, without the graph that made them.
    private func leaves(_ passes: LivePasses) throws -> Tensor? {
        var random: [SavedRandomState] = []
        let rows = try withoutGradients {
            try live.rows(passes) { input in
                random.append(SavedRandomState(of: live.device))
                return run(input, training: true)
            }
        }
        guard let rows else { return nil }
        rows.requiresGradient = true
        putOff.append(PutOff(passes: passes, rows: rows, random: random))
        return rows
    }

    /// Runs the passes that were postponed again and takes their rows' gradients on.
    public func finishBackward() throws {
        defer { putOff = [] }
        guard !putOff.isEmpty else { return }
        let now = SavedRandomState(of: live.device)
        defer { now.restore() }
        for part in putOff {
            guard let gradient = part.rows.gradient else { continue }
            var start = 0
            for (pass, random) in zip(part.passes.passes, part.random) {
                try live.inputs.stop.check()
                random.restore()
                let input = try pass.input(live.device)
                let rows = withAutocast(to: live.autocast, on: live.device) { run(input, training: true) }
                (rows * gradient.narrowed(0, start..<start + pass.count)).sum().backward()
                start += pass.count
            }
        }
    }
}

extension TunedEncoder {
    /// Whether a method trains an encoder's own tensor.
    static func isTrained(_ name: String, by method: Method) -> Bool {
        method == .full || (method == .bitfit && name.hasSuffix("bias"))
    }

    /// Prepares an encoder for a method and names what is trained of it, and what of that weight decay is for.
    static func tensors(
        of encoder: PretrainedEncoder, _ method: Method, _ options: FineTuningOptions
    ) throws -> (trained: OrderedDictionary<String, Tensor>, decayed: Set<String>) {
        let device = encoder.parameters.device
        switch method {
        case .full, .bitfit:
            let own = encoder.parameters.all.filter { isTrained($0.key, by: method) }
            guard !own.isEmpty else {
                throw UserError(
                    "the encoder \(encoder.name) has no biases that could be trained", at: "method",
                    remedy: "Choose lora or adapter for it.")
            }
            return (
                OrderedDictionary(uniqueKeysWithValues: own.map { ("encoder.\($0.key)", $0.value) }),
                Set(own.keys.filter(encoder.parameters.decayed.contains).map { "encoder.\($0)" })
            )
        case .adapter:
            let parameters = Parameters(on: device)
            try encoder.tune(by: Adapters(parameters: parameters.scoped("adapters"), options: options))
            return (parameters.all, parameters.decayed)
        case .lora:
            let parameters = Parameters(on: device)
            try encoder.tune(by: LowRankMaps(parameters: parameters.scoped("low_rank"), options: options))
            return (parameters.all, parameters.decayed)
        case .iisan, .iisanVersa, .frozen, .id, .idAndModality, .popularity, .neighbours, .content, .closedForm:
            return ([:], [])
        }
    }
}

/// The adapters of Houlsby et al. (2019), after attention and after the feed-forward; each has the form of a side block.
private struct Adapters: BlockTuning {
    let parameters: Parameters
    let options: FineTuningOptions

    func lowRank(_ map: String, block: Int, inputs: Int, outputs: Int) -> LowRank? { nil }

    func adapter(_ step: String, block: Int, width: Int) throws -> (any TokenMap)? {
        try SideBlock(
            parameters.scoped("\(block)").scoped(step), width: width, bottleneck: options.adapterWidth,
            activation: options.adapterActivation)
    }
}

/// LoRA (Hu et al. 2022) on the query and value maps.
private struct LowRankMaps: BlockTuning {
    let parameters: Parameters
    let options: FineTuningOptions

    func lowRank(_ map: String, block: Int, inputs: Int, outputs: Int) throws -> LowRank? {
        try LowRank(
            parameters.scoped("\(block)").scoped(map), inputs: inputs, outputs: outputs, rank: options.rank,
            alpha: options.alpha)
    }

    func adapter(_ step: String, block: Int, width: Int) -> (any TokenMap)? { nil }
}

extension SideBlock: TokenMap {}
