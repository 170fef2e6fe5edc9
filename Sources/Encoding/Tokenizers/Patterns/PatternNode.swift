/// A regular expression as a tree.
indirect enum PatternNode {
    /// One scalar of a set.
    case set(ScalarSet)
    /// One after the other.
    case sequence([PatternNode])
    /// The first that fits.
    case choice([PatternNode])
    /// So many of one, `most` of which may be `Int.max`.
    case repeated(PatternNode, least: Int, most: Int, Eagerness)
    /// What has to come next, or must not.
    case look(PatternNode, isExpected: Bool)

    /// How a repeat goes about it.
    enum Eagerness {
        /// As many as possible first.
        case greedy
        /// As few as possible first.
        case lazy
        /// As many as possible and no fewer.
        case possessive
    }

    /// Whether it matches the empty text.
    var canBeEmpty: Bool {
        switch self {
        case .set: false
        case .sequence(let nodes): nodes.allSatisfy(\.canBeEmpty)
        case .choice(let nodes): nodes.contains(where: \.canBeEmpty)
        case .repeated(let node, let least, _, _): least == 0 || node.canBeEmpty
        case .look: true
        }
    }

    /// The sets that a match's first scalar can be of.
    var firstSets: [ScalarSet] {
        switch self {
        case .set(let set): return [set]
        case .sequence(let nodes):
            var sets: [ScalarSet] = []
            for node in nodes {
                sets += node.firstSets
                if !node.canBeEmpty { break }
            }
            return sets
        case .choice(let nodes): return nodes.flatMap(\.firstSets)
        case .repeated(let node, _, _, _): return node.firstSets
        case .look: return []
        }
    }
}
