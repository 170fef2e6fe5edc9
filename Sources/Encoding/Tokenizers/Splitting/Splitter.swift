/// Splits a text at the matches of a pattern.
struct Splitter: Sendable {
    /// What is looked for.
    let pattern: Pattern
    /// What becomes of the matches.
    let behavior: SplitBehavior
    /// Whether what is between the matches counts as the matches.
    var isInverted = false

    /// GPT-2's splitting into words, with the blank before each.
    static let gpt2 = Splitter(
        pattern: knownPattern(#"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#),
        behavior: .isolated)
    /// White space is dropped.
    static let whiteSpace = Splitter(pattern: Pattern(.space), behavior: .removed)
    /// Word characters and others apart; white space is dropped.
    static let words = Splitter(pattern: wordPattern, behavior: .removed, isInverted: true)
    /// The set of punctuation.
    static let punctuation = ScalarSet(where: \.isPunctuation)
    /// The set of digits and other numbers.
    static let numbers = ScalarSet(ScalarKinds.numbers.union(ScalarKinds(.laterNumber)))

    /// A pattern of our own.
    static func knownPattern(_ expression: String) -> Pattern {
        do { return try Pattern(expression: expression, place: "") } catch { preconditionFailure("\(error)") }
    }

    /// `\w+|[^\w\s]+`, where letters' joiners are word characters.
    private static let wordPattern: Pattern = {
        var word = ScalarSet.word
        word.insert(ScalarKinds(.joinControl))
        var others = word
        others.insert(ScalarSet.space)
        return Pattern(runOf: word, or: others.inverted)
    }()

    /// Gives the parts in order, of which none is empty.
    ///
    /// - Parameter body: is given a part's place and returns whether to continue.
    /// - Returns: false when `body` ended it.
    @inline(__always)
    func forEachPart(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Bool) -> Bool {
        switch behavior {
        case .isolated: return forEachSpan(of: text) { range, _ in body(range) }
        case .removed: return forEachSpan(of: text) { range, isMatch in isMatch || body(range) }
        case .mergedWithPrevious, .mergedWithNext, .contiguous:
            var spans: [(range: Range<Int>, isMatch: Bool)] = []
            _ = forEachSpan(of: text) { range, isMatch in
                spans.append((range, isMatch))
                return true
            }
            var start = 0
            for (index, span) in spans.enumerated() {
                let next = index + 1 < spans.count ? spans[index + 1].isMatch : nil
                if let next, joins(span.isMatch, next) { continue }
                if !body(start..<span.range.upperBound) { return false }
                start = span.range.upperBound
            }
            return true
        }
    }

    /// Whether a part continues from one span to the next, each of which is a match or is none.
    private func joins(_ isMatch: Bool, _ next: Bool) -> Bool {
        switch behavior {
        case .mergedWithPrevious: !isMatch && next
        case .mergedWithNext: isMatch && !next
        case .contiguous: isMatch == next
        case .isolated, .removed: false
        }
    }

    /// Gives the matches and what is between them.
    @inline(__always)
    private func forEachSpan(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>, Bool) -> Bool) -> Bool {
        var done = 0
        let finished = pattern.forEachMatch(in: text) { match in
            if done < match.lowerBound, !body(done..<match.lowerBound, isInverted) { return false }
            done = match.upperBound
            return body(match, !isInverted)
        }
        return finished && (done == text.count || body(done..<text.count, isInverted))
    }
}

/// What becomes of the matches that a text is split at.
enum SplitBehavior: String, Sendable, CaseIterable {
    /// They go.
    case removed = "Removed"
    /// Each is a word.
    case isolated = "Isolated"
    /// Each belongs to what is before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// Each belongs to what is after it.
    case mergedWithNext = "MergedWithNext"
    /// Those side by side are one word.
    case contiguous = "Contiguous"

    /// Reads a behaviour's name.
    ///
    /// - Throws: ``UserError`` for a name that is none of a behaviour.
    init(_ entry: JSONEntry) throws {
        let name = try entry.string()
        guard let behavior = SplitBehavior(rawValue: name) else {
            throw entry.error(
                "\"\(name)\" is not a behavior; expected \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = behavior
    }
}

/// White space parts words and goes; each punctuation character is a word: the BERT family's.
enum BertSplitter {
    private enum Kind { case letter, space, punctuation }

    @inline(__always)
    private static func kind(_ scalar: Unicode.Scalar) -> Kind {
        if scalar.isASCII {
            switch scalar.value {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: return .letter
            case 0x09...0x0D, 0x20: return .space
            default: return scalar.isPunctuation ? .punctuation : .letter
            }
        }
        let kind = ScalarClass(scalar)
        if kind.contains(.space) { return .space }
        return kind.contains(.punctuation) ? .punctuation : .letter
    }

    /// Gives the words in order.
    ///
    /// - Parameter body: is given a word's bytes and returns whether to continue.
    /// - Returns: false when `body` ended it.
    @inline(__always)
    static func forEachWord(
        in text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) -> Bool
    ) -> Bool {
        var start = 0
        var position = 0
        while position < text.count {
            let before = position
            let kind = kind(text.scalar(at: &position))
            if kind == .letter { continue }
            if start < before, !body(text.slice(start..<before)) { return false }
            if kind == .punctuation, !body(text.slice(before..<position)) { return false }
            start = position
        }
        return start == text.count || body(text.slice(start..<text.count))
    }
}
