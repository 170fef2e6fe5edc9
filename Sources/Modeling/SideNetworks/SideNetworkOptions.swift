package import Files
public import Torch

/// Which side networks an item tower has, and their form.
public struct SideNetworkOptions: Sendable, Codable, Equatable {
    /// How heads and inter tower are shaped.
    public enum Form: String, Sendable, Codable, CaseIterable {
        /// Versa where the encoders' widths or numbers of kept layers differ, IISAN where they agree.
        case auto
        /// IISAN (SIGIR 2024): encoders of one width.
        case iisan
        /// IISAN-Versa (TKDE 2025): any encoders.
        case versa
    }

    /// Which modalities the inter tower maps to the narrowest width.
    public enum Transformation: String, Sendable, Codable, CaseIterable {
        /// The wider ones; none where the widths agree.
        case wider
        /// All, also where the widths agree.
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
    /// Which modalities the inter tower maps to the narrowest width; `wider` by default.
    public var transformation = Transformation.wider
    /// s in SANB: `relu` or `gelu`; `relu` by default.
    public var activation = Activation.relu
    /// r in SANB: the width between its two maps.
    public var bottleneck = 64

    /// The papers' settings.
    public init() {}

    /// Checks that a model of these settings can be built.
    ///
    /// - Throws: ``UserError`` that names the setting.
    package func check(_ shapes: PerModality<ModalityShape>) throws { try problems(shapes).check() }

    /// All settings that cannot be built, by the names that they have in a configuration.
    package func problems(_ shapes: PerModality<ModalityShape>) -> Problems {
        var problems = ownProblems()
        problems.require(!shapes.isEmpty, "no states are given", remedy: "Name at least one encoder.")
        if shapes.count == 1 {
            problems.require(
                intra || !inter, "intra is off, and a single modality has no other tower", at: "intra",
                remedy: "Switch intra on, or add the other encoder.")
        }
        if form == .iisan {
            let widths = shapes.map { "\($0.modality.name) has \($0.value.width)" }
            problems.require(
                Set(shapes.values.map(\.width)).count <= 1,
                "iisan needs encoders of one width; \(widths.joined(separator: ", "))", at: "form",
                remedy: "Choose auto or versa.")
        }
        return problems
    }

    /// Those of them that no encoder could correct.
    package func ownProblems() -> Problems {
        var problems = Problems()
        problems.require(
            (1...1 << 16).contains(bottleneck), "is \(bottleneck), expected 1 to \(1 << 16)", at: "bottleneck")
        problems.require(
            activation == .relu || activation == .gelu, "is \(activation.rawValue)", at: "activation",
            remedy: "Choose relu or gelu.")
        problems.require(
            intra || inter, "intra and inter are both off, so nothing is left of the item tower", at: "intra",
            remedy: "Switch one of them on.")
        return problems
    }

    /// Whether the Versa form is built for these modalities.
    package func isVersa(_ shapes: PerModality<ModalityShape>) -> Bool {
        switch form {
        case .iisan: false
        case .versa: true
        case .auto: Set(shapes.values.map { [$0.width, $0.layers.count] }).count > 1
        }
    }
}
