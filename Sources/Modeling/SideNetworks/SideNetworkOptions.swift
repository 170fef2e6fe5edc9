import Files
import Torch

/// Which side networks an item tower has, and their form.
public struct SideNetworkOptions: Sendable, Codable, Equatable {
    /// How heads and inter tower are shaped.
    public enum Form: String, Sendable, Codable, CaseIterable {
        /// Versa where the encoders' widths or numbers of kept layers differ, IISAN where they agree.
        case auto
        /// IISAN (SIGIR 2024): encoders of one width.
        case iisan
        /// IISAN-Versa (TKDE 2025): any two encoders.
        case versa
    }

    /// Which modalities the inter tower maps to the narrower width.
    public enum Transformation: String, Sendable, Codable, CaseIterable {
        /// The wider one; none where the widths agree.
        case wider
        /// Both, also where the widths agree.
        case both
    }

    /// The form; `auto` by default.
    public var form = Form.auto
    /// Whether there is a tower within each modality.
    public var intra = true
    /// Whether there is a tower across the modalities; without effect for a single modality.
    public var inter = true
    /// Whether gates mix a state with the block before; without them they are added.
    public var gated = true
    /// Which modalities the inter tower maps to the narrower width; `wider` by default.
    public var transformation = Transformation.wider
    /// s in SANB: `relu` or `gelu`; `relu` by default.
    public var activation = Activation.relu
    /// r in SANB: the width between its two maps.
    public var bottleneck = 64

    /// The papers' settings.
    public init() {}

    /// Stops settings that cannot be built.
    ///
    /// - Throws: ``UserError`` that names the setting.
    public func check(text: ModalityShape?, image: ModalityShape?) throws {
        guard (1...1 << 16).contains(bottleneck) else {
            throw UserError("is \(bottleneck), expected 1 to \(1 << 16)", at: "bottleneck")
        }
        guard activation == .relu || activation == .gelu else {
            throw UserError("is \(activation.rawValue)", at: "activation", remedy: "Choose relu or gelu.")
        }
        guard intra || inter else {
            throw UserError(
                "intra and inter are both off, so nothing is left of the item tower", remedy: "Switch one of them on.")
        }
        guard text != nil || image != nil else {
            throw UserError("neither text nor image states are given", remedy: "Name at least one encoder.")
        }
        if text == nil || image == nil, !intra {
            throw UserError(
                "intra is off, and a single modality has no other tower", at: "intra",
                remedy: "Switch intra on, or add the other encoder.")
        }
        if let text, let image, text.width != image.width, form == .iisan {
            throw UserError(
                "iisan needs encoders of one width; text has \(text.width), image \(image.width)", at: "form",
                remedy: "Choose auto or versa.")
        }
    }

    /// Whether the Versa form is built for these modalities.
    public func isVersa(text: ModalityShape?, image: ModalityShape?) -> Bool {
        switch form {
        case .iisan: false
        case .versa: true
        case .auto:
            if let text, let image { text.width != image.width || text.layers.count != image.layers.count } else { false }
        }
    }
}

/// The shape of a modality's hidden states.
public struct ModalityShape: Sendable, Codable, Equatable {
    /// Numbers in one state.
    public var width: Int
    /// The indices of the kept layers, ascending; their number is K.
    public var layers: [Int]

    /// Makes a shape.
    public init(width: Int, layers: [Int]) {
        self.width = width
        self.layers = layers
    }
}
