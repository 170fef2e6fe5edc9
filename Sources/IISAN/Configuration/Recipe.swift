import Yams

/// Settings that belong together, by one line: `recipe: modern`.
///
/// A recipe is where its line is: above what a `base` says, below every other line of the same file and below `--set`.
public enum Recipe: String, Sendable, CaseIterable {
    /// What the papers train with: states as they are, Adam, no warm-up, the network's score alone.
    case paper
    /// The papers' model with settings that suit it: standardised states, more dropout, AdamW with warm-up and clipping, averaged weights,
    /// and a softmax over more than the batch.
    case tuned
    /// `tuned`, its score added up with neighbours, content, popularity and newness: the best on the data it was tried on.
    case modern
    /// `modern` without neighbours: nothing of it knows items by their ids but how often they were trained on, so that new items rank by
    /// what they are.
    case modernContent = "modern-content"

    /// The settings as YAML; every recipe has all of them, so that one takes the place of another.
    var text: String {
        switch self {
        case .paper: Self.papersTraining + "  score: {parts: null, newness_cost: 0}\n"
        case .tuned: Self.tunedTraining + "  score: {parts: null, newness_cost: 0}\n"
        case .modern:
            Self.tunedTraining + "  score: {parts: [network, neighbours, content, popularity, newness], newness_cost: 0}\n"
        case .modernContent: Self.tunedTraining + "  score: {parts: [network, content, popularity, newness], newness_cost: 1}\n"
        }
    }

    private static let papersTraining = """
        train:
          states: raw
          loss: in-batch
          average: null
          optimizer: adam
          rate: 2.0e-4
          side_block_rate: 1.0e-4
          weight_decay: 0
          clip_norm: null
          warmup_steps: 0
          patience_from: warm-up
          batch_size: 64
          user_encoder: {dropout: 0.1}

        """

    private static let tunedTraining = """
        train:
          states: standardised
          loss: mixed
          average: 0.99
          optimizer: adamw
          rate: 1.0e-3
          side_block_rate: 1.0e-3
          weight_decay: 0.01
          clip_norm: 1.0
          warmup_steps: 50
          patience_from: popularity
          batch_size: 128
          user_encoder: {dropout: 0.3}

        """

    /// The settings as a tree.
    func tree() throws -> Node {
        guard var mapping = try Configuration.parse(text, source: "the recipe \(rawValue)").mapping else {
            preconditionFailure("a recipe is a section")
        }
        mapping[Node(Self.key)] = Node(rawValue)
        return .mapping(mapping)
    }

    /// The key of the line.
    static let key = "recipe"
}

extension Recipe: SettingValue {}
