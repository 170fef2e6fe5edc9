import Files

/// A regular expression of a `tokenizer.json`, or a plain text, made ready for finding.
///
/// It finds what Oniguruma finds: at each place the first alternative that fits, repeats as long as possible and given back
/// one by one. What such files use is supported: classes with categories, alternatives, groups, repeats, lookahead, ignored
/// case.
struct Pattern: Sendable {
    /// A step of the search.
    enum Instruction: Sendable {
        /// One scalar of a set.
        case one(ScalarSet)
        /// As many scalars of a set as there are, within limits; they are given back one by one unless it is possessive.
        case many(ScalarSet, least: Int, most: Int, isPossessive: Bool)
        /// Continues at `first`, and should that fail, at `second`.
        case either(first: Int, second: Int)
        /// Continues elsewhere.
        case jump(Int)
        /// Looks whether what is between here and `end` comes next, without taking it, and continues at `end`.
        case look(end: Int, isExpected: Bool)
        /// Found.
        case end
    }

    /// The steps; the search begins with the first.
    let instructions: [Instruction]
    /// Whether a match can begin with a byte.
    let canStart: [Bool]

    /// Makes a pattern that finds a text.
    init(text: String, place: String) throws {
        try self.init(.sequence(text.unicodeScalars.map { .set(ScalarSet($0)) }), place: place)
    }

    /// Makes a pattern from a regular expression.
    ///
    /// - Throws: ``UserError`` at `place` for what is not supported.
    init(expression: String, place: String) throws {
        try self.init(PatternParser.parse(expression, place: place), place: place)
    }

    /// Makes a pattern that finds one scalar of a set.
    init(_ set: ScalarSet) {
        instructions = [.one(set), .end]
        canStart = Self.firstBytes(of: set)
    }

    /// Makes a pattern that finds as many scalars of one of two sets as follow one another.
    init(runOf first: ScalarSet, or second: ScalarSet) {
        instructions = [
            .either(first: 1, second: 3), .many(first, least: 1, most: .max, isPossessive: true), .end,
            .many(second, least: 1, most: .max, isPossessive: true), .end,
        ]
        canStart = Array(repeating: true, count: 256)
    }

    private init(_ node: PatternNode, place: String) throws {
        guard !node.canBeEmpty else {
            throw UserError("the pattern can match nothing at all, which is not supported", at: place)
        }
        var compiler = PatternCompiler(place: place)
        try compiler.add(node)
        instructions = compiler.instructions + [.end]
        canStart = node.firstSets.map(Self.firstBytes).reduce(Array(repeating: false, count: 256)) { all, set in
            zip(all, set).map { $0 || $1 }
        }
    }

    private static func firstBytes(of set: ScalarSet) -> [Bool] {
        (0..<256).map { $0 >= 0x80 || set.contains(Unicode.Scalar(UInt8($0))) }
    }

    /// Gives the places where the pattern is found, from the left, none overlapping another.
    ///
    /// A text of n bytes takes at most ``PatternMatcher/stepsPerByte`` times n steps: a search that would take longer, which
    /// only a pattern made for that does, ends early, and the rest of the text counts as not matching.
    @inline(__always)
    func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Bool) -> Bool {
        var matcher = PatternMatcher(instructions, in: text)
        var position = 0
        while position < text.count {
            if canStart[Int(text[position])], let end = matcher.end(ofMatchAt: position) {
                if !body(position..<end) { return false }
                position = end
            } else {
                _ = text.scalar(at: &position)
            }
        }
        return true
    }
}

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
