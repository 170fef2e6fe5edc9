import Files
import Torch

/// The text and image states of an item tower, with modality dropout between them.
///
/// While training, an item that has both modalities loses its text with probability p, else its picture with probability p; never
/// both. So the model learns what to make of an item that has only one.
struct ModalityPair {
    /// The text states; nil without that modality.
    let text: ModalityStates?
    /// The image states; nil without that modality.
    let image: ModalityStates?
    private let dropout: Double
    private let device: Device

    /// Asks for what the modalities need below `text` and `image`.
    ///
    /// - Throws: ``UserError`` for a probability that makes no sense or no modality at all.
    init(
        _ parameters: Parameters, text: (any StateSource)?, image: (any StateSource)?, scaling: StateScaling = .raw,
        dropout: Double
    ) throws {
        guard (0...0.5).contains(dropout) else {
            throw UserError("is \(dropout), expected 0 to 0.5", at: "modality_dropout")
        }
        guard text != nil || image != nil else {
            throw UserError(
                "neither text nor image states are given", remedy: "Name at least one encoder that train.modality reads.")
        }
        let isDropped = dropout > 0 && text != nil && image != nil
        device = parameters.device
        self.dropout = isDropped ? dropout : 0
        self.text = try text.map { try ModalityStates(parameters.scoped("text"), $0, scaling: scaling, isDropped: isDropped) }
        self.image = try image.map {
            try ModalityStates(parameters.scoped("image"), $0, scaling: scaling, isDropped: isDropped)
        }
    }

    /// How many numbers are computed with in a step and never change.
    var frozenCount: Int { (text?.source.frozenCount ?? 0) + (image?.source.frozenCount ?? 0) }

    /// The hashes of the sources, by modality, as far as they are known.
    var hashes: [String: String] {
        ["text": text?.source.hash, "image": image?.source.hash].compactMapValues { $0 }
    }

    /// The states of items.
    func states(of items: Tensor, training: Bool) throws -> (text: StateRows?, image: StateRows?) {
        let dropped = training && dropout > 0 ? drawn(items) : (nil, nil)
        return (
            try text?.states(of: items, dropped: dropped.0, training: training),
            try image?.states(of: items, dropped: dropped.1, training: training)
        )
    }

    private func drawn(_ items: Tensor) -> (Tensor?, Tensor?) {
        // Drawn on the processor, so that a seed gives the same on every device.
        let draw = Tensor.randomUniform([items.size(0)]).to(device)
        var withoutText = draw .< Tensor(Float(dropout), on: device)
        var withoutImage = withoutText.not().and(draw .< Tensor(Float(2 * dropout), on: device))
        if let image = image?.presence(of: items) { withoutText = withoutText.and(image) }
        if let text = text?.presence(of: items) { withoutImage = withoutImage.and(text) }
        return (withoutText, withoutImage)
    }

    /// Measures what standardised states are scaled by, over the whole catalogue.
    func measure(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) throws {
        try text?.measure(itemCount: itemCount, name: "text", progress: progress, stop: stop)
        try image?.measure(itemCount: itemCount, name: "image", progress: progress, stop: stop)
    }

    /// Completes a backward pass.
    func finishBackward() throws {
        try text?.source.finishBackward()
        try image?.source.finishBackward()
    }
}
