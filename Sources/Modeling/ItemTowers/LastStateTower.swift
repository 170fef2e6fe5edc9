import Torch

/// The item tower of the methods without side networks: a linear map of each modality's last state, and a trained vector where wanted.
///
/// Item vector = Linear([image, text, id]) over the parts that exist, with image = Linear(last image state), text likewise, and id an
/// embedding. Full fine-tuning, Adapter, LoRA and BitFit have it over live encoders, `frozen` and `id+modality` over hidden states.
public final class LastStateTower: FusedTower {
    /// Numbers in an item vector.
    public let width: Int
    private let modalities: ModalityPair
    private let text: Linear?
    private let image: Linear?
    private let identity: Embedding?
    let fusion: Linear

    /// Asks for the heads, the embedding and the fusion.
    ///
    /// - Parameter itemCount: the size of the catalogue where items have trained vectors, else nil.
    /// - Throws: `UserError` for settings that cannot be built, and as `Parameters` does.
    public init(
        _ parameters: Parameters, text: (any StateSource)?, image: (any StateSource)?, itemCount: Int? = nil,
        modalityDropout: Double = 0, width: Int
    ) throws {
        modalities = try ModalityPair(parameters, text: text, image: image, dropout: modalityDropout)
        self.image = try image.map { try Linear(parameters.scoped("image.head"), $0.shape.width, width) }
        self.text = try text.map { try Linear(parameters.scoped("text.head"), $0.shape.width, width) }
        identity = try itemCount.map { try Embedding(parameters.scoped("id"), $0, width, .xavierNormal) }
        let parts = (image == nil ? 0 : 1) + (text == nil ? 0 : 1) + (identity == nil ? 0 : 1)
        fusion = try Linear(parameters.scoped("fusion"), parts * width, width)
        self.width = width
    }

    /// How many numbers of live encoders are computed with and never change.
    public var frozenCount: Int { modalities.frozenCount }
    /// The hashes of the encoders, by modality, as far as they are known.
    public var encoderHashes: [String: String] { modalities.hashes }

    func heads(of items: Tensor, training: Bool) throws -> [(name: String, output: Tensor)] {
        let states = try modalities.states(of: items, training: training)
        var heads: [(name: String, output: Tensor)] = []
        if let image, let rows = states.image { heads.append(("image", image(rows.last))) }
        if let text, let rows = states.text { heads.append(("text", text(rows.last))) }
        if let identity { heads.append(("id", identity(items.to(identity.weight.device)))) }
        return heads
    }

    /// Completes a backward pass.
    public func finishBackward() throws { try modalities.finishBackward() }
}
