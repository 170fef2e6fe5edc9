package import Files
package import Modeling

/// Which parts a score is the sum of, and how they are weighted.
package struct ScoreOptions: Sendable, Codable, Equatable {
    /// The kinds of parts.
    package enum Kind: String, Sendable, Codable, CaseIterable {
        case network, neighbours, content, popularity, newness
    }

    /// The parts of a trained method's score; nil takes the network alone.
    package var parts: [Kind]?
    /// How neighbours are counted.
    package var neighbours = NeighbourOptions()
    /// Numbers of an item's whitened state that content is compared by.
    package var contentWidth = Whitening.usualWidth
    /// An item of a history counts in its content this to the power of how many are newer.
    package var contentDecay = 0.8
    /// Standard errors that all validation targets together may lose where new ones among them clearly gain by more weight of `newness`.
    package var newnessCost = 0.0
    /// The weights by the parts' names; nil lets the validation targets choose.
    package var weights: [String: Double]?

    /// The papers': the network alone.
    package init() {}

    /// The kinds of parts of a method's score; a method without training is what its name says.
    package func kinds(of method: Method) -> [Kind] { method.isTrained ? parts ?? method.scoreKinds : method.scoreKinds }

    /// All settings that make no sense for a method, by the names that they have in a configuration.
    package func problems(for method: Method) -> Problems {
        var problems = Problems()
        let kinds = kinds(of: method)
        problems.require(
            !kinds.isEmpty && Set(kinds).count == kinds.count,
            "is [\(kinds.map(\.rawValue).joined(separator: ", "))], expected at least one part, each once", at: "parts")
        if method.isTrained {
            problems.require(
                kinds.contains(.network), "leaves out the network that \(method.rawValue) trains", at: "parts",
                remedy: "Add network, or choose a method without training: neighbours, content, closed-form or popularity.")
        }
        problems.add(neighbours.problems(), below: "neighbours")
        problems.require(
            (1...1 << 16).contains(contentWidth), "is \(contentWidth), expected 1 to \(1 << 16)", at: "content_width")
        problems.require(
            0 < contentDecay && contentDecay <= 1, "is \(contentDecay), expected a number above 0, at most 1",
            at: "content_decay")
        problems.require(
            newnessCost >= 0 && newnessCost.isFinite, "is \(newnessCost), expected a finite number from 0", at: "newness_cost")
        for (name, weight) in (weights ?? [:]).sorted(by: { $0.key < $1.key }) {
            problems.require(
                weight >= 0 && weight.isFinite, "is \(weight), expected a finite number from 0", at: "weights.\(name)")
        }
        return problems
    }
}

extension Method {
    /// What a method's score is the sum of where nothing else is asked for.
    package var scoreKinds: [ScoreOptions.Kind] {
        switch self {
        case .neighbours: [.neighbours]
        case .content: [.content]
        case .closedForm: [.neighbours, .content, .popularity, .newness]
        case .popularity: [.popularity]
        case .iisan, .iisanVersa, .full, .adapter, .lora, .bitfit, .frozen, .id, .idAndModality: [.network]
        }
    }
}
