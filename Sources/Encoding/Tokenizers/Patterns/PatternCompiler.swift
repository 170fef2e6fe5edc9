import Files

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
