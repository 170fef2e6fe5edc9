import Files

/// A search for a pattern in one text.
struct PatternMatcher {
    /// The most steps for each byte of the text, in all. The patterns of real files take fewer than twenty.
    static let stepsPerByte = 200

    /// Where to continue when what was tried fails.
    private struct Retry {
        var instruction: Int
        var position: Int
        /// How far a repeat that ends at `position` may be shortened; nil for a choice.
        var least: Int?
    }

    private let instructions: [Pattern.Instruction]
    private let text: UnsafeBufferPointer<UInt8>
    private var retries: [Retry] = []
    private var stepsLeft: Int

    /// Prepares a search.
    init(_ instructions: [Pattern.Instruction], in text: UnsafeBufferPointer<UInt8>) {
        self.instructions = instructions
        self.text = text
        stepsLeft = (text.count + 1).multipliedReportingOverflow(by: Self.stepsPerByte).partialValue
    }

    /// Where the match that begins at a place ends; nil when there is none, or the steps are spent.
    mutating func end(ofMatchAt position: Int) -> Int? { run(from: 0, at: position) }

    private mutating func run(from start: Int, at first: Int) -> Int? {
        let base = retries.count
        defer { retries.removeSubrange(base...) }
        var current = start
        var position = first
        while stepsLeft > 0 {
            stepsLeft -= 1
            var fits = true
            switch instructions[current] {
            case .one(let set):
                fits = take(set, &position)
                current += 1
            case .many(let set, let least, let most, let isPossessive):
                fits = takeMany(set, least, most, isPossessive, &position, then: current + 1)
                current += 1
            case .either(let first, let second):
                retries.append(Retry(instruction: second, position: position, least: nil))
                current = first
            case .jump(let target): current = target
            case .look(let end, let isExpected):
                fits = (run(from: current + 1, at: position) != nil) == isExpected
                current = end
            case .end: return position
            }
            if !fits {
                guard retries.count > base, let retry = retries.popLast() else { return nil }
                current = retry.instruction
                position = retry.position
                if let least = retry.least { shorten(&position, to: least, then: current) }
            }
        }
        return nil
    }

    @inline(__always)
    private func take(_ set: ScalarSet, _ position: inout Int) -> Bool {
        guard position < text.count else { return false }
        var next = position
        guard set.contains(text.scalar(at: &next)) else { return false }
        position = next
        return true
    }

    private mutating func takeMany(
        _ set: ScalarSet, _ least: Int, _ most: Int, _ isPossessive: Bool, _ position: inout Int, then next: Int
    ) -> Bool {
        var count = 0
        var shortest = position
        while count < most, take(set, &position) {
            count += 1
            if count == least { shortest = position }
        }
        stepsLeft -= count
        guard count >= least else { return false }
        if !isPossessive, position > shortest { retries.append(Retry(instruction: next, position: position, least: shortest)) }
        return true
    }

    /// Gives back a repeat's last scalar, and notes that more can be given back.
    private mutating func shorten(_ position: inout Int, to least: Int, then next: Int) {
        repeat { position -= 1 } while position > least && text[position] & 0xC0 == 0x80
        if position > least { retries.append(Retry(instruction: next, position: position, least: least)) }
    }
}

/// Writes a pattern's tree as instructions.
struct PatternCompiler {
    /// The instructions so far.
    private(set) var instructions: [Pattern.Instruction] = []
    private let place: String
    /// Larger patterns are refused: repeats of repeats could otherwise fill the memory.
    private static let most = 4096

    init(place: String) { self.place = place }

    /// Adds a part's instructions.
    ///
    /// - Throws: ``UserError`` for repeats of something empty and for too large patterns.
    mutating func add(_ node: PatternNode) throws {
        guard instructions.count < Self.most else { throw UserError("the pattern is too large", at: place) }
        switch node {
        case .set(let set): instructions.append(.one(set))
        case .sequence(let nodes): for node in nodes { try add(node) }
        case .choice(let nodes): try addChoice(nodes)
        case .look(let node, let isExpected):
            let start = reserve()
            try add(node)
            instructions.append(.end)
            instructions[start] = .look(end: instructions.count, isExpected: isExpected)
        case .repeated(.set(let set), let least, let most, let eagerness) where eagerness != .lazy:
            instructions.append(.many(set, least: least, most: most, isPossessive: eagerness == .possessive))
        case .repeated(let node, let least, let most, let eagerness):
            try addRepeat(node, least, most, eagerness)
        }
    }

    private mutating func addChoice(_ nodes: [PatternNode]) throws {
        var jumps: [Int] = []
        for node in nodes.dropLast() {
            let start = reserve()
            try add(node)
            jumps.append(reserve())
            instructions[start] = .either(first: start + 1, second: instructions.count)
        }
        try add(nodes[nodes.count - 1])
        for jump in jumps { instructions[jump] = .jump(instructions.count) }
    }

    private mutating func addRepeat(
        _ node: PatternNode, _ least: Int, _ most: Int, _ eagerness: PatternNode.Eagerness
    ) throws {
        guard eagerness != .possessive else {
            throw UserError("a possessive repeat of more than one character or class is not supported", at: place)
        }
        guard !node.canBeEmpty else { throw UserError("a repeat of what can be empty is not supported", at: place) }
        for _ in 0..<least { try add(node) }
        if most == .max {
            let start = reserve()
            try add(node)
            instructions.append(.jump(start))
            close(start, eagerness)
        } else {
            var starts: [Int] = []
            for _ in least..<most {
                starts.append(reserve())
                try add(node)
            }
            for start in starts { close(start, eagerness) }
        }
    }

    /// Writes the choice at `start`: between what follows it and what comes from here on.
    private mutating func close(_ start: Int, _ eagerness: PatternNode.Eagerness) {
        let end = instructions.count
        instructions[start] =
            eagerness == .lazy ? .either(first: end, second: start + 1) : .either(first: start + 1, second: end)
    }

    private mutating func reserve() -> Int {
        instructions.append(.end)
        return instructions.count - 1
    }
}
