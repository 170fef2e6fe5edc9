import Files

/// Reads a regular expression in Oniguruma's notation, as far as files of tokenizers use it.
struct PatternParser {
    let scalars: [Unicode.Scalar]
    private let place: String
    var position = 0
    private var depth = 0
    var ignoresCase = false
    /// Longer expressions and deeper groups are refused.
    private static let longest = 10_000
    private static let deepest = 32

    /// Reads an expression.
    ///
    /// - Throws: ``UserError`` at `place` that names what is not supported.
    static func parse(_ expression: String, place: String) throws -> PatternNode {
        var parser = PatternParser(expression, place: place)
        guard parser.scalars.count <= Self.longest else { throw parser.error("is longer than \(longest) characters") }
        let node = try parser.choice()
        guard parser.position == parser.scalars.count else { throw parser.error("has a \")\" without its \"(\"") }
        return node
    }

    private init(_ expression: String, place: String) {
        scalars = Array(expression.unicodeScalars)
        self.place = place
    }

    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    func error(_ problem: String) -> UserError {
        UserError(
            "the pattern \(problem) (character \(position + 1))", at: place,
            remedy: "Use an encoder whose tokenizer is made of supported components.")
    }

    mutating func take(_ text: String) -> Bool {
        let expected = text.unicodeScalars
        guard scalars[position...].starts(with: expected) else { return false }
        position += expected.count
        return true
    }

    private mutating func choice() throws -> PatternNode {
        var nodes = [try sequence()]
        while take("|") { nodes.append(try sequence()) }
        return nodes.count == 1 ? nodes[0] : .choice(nodes)
    }

    private mutating func sequence() throws -> PatternNode {
        var nodes: [PatternNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { nodes.append(try repeated(try atom())) }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func repeated(_ atom: PatternNode) throws -> PatternNode {
        var least = 0
        var most = Int.max
        if take("{") {
            least = try number() ?? 0
            most = least
            if take(",") { most = try number() ?? .max }
            guard take("}"), least <= most else { throw error("has a repeat that is not understood") }
            if next == "+" || next == "?" { throw error("has a \"\(next!)\" after \"{}\", which is not supported") }
        } else if take("?") {
            most = 1
        } else if take("+") {
            least = 1
        } else if !take("*") {
            return atom
        }
        let eagerness: PatternNode.Eagerness = take("+") ? .possessive : take("?") ? .lazy : .greedy
        if let next, "*+?{".unicodeScalars.contains(next) { throw error("has a repeat of a repeat, which is not supported") }
        return .repeated(atom, least: least, most: most, eagerness)
    }

    private mutating func number() throws -> Int? {
        var value: Int?
        while let digit = next, ("0"..."9").contains(digit) {
            value = (value ?? 0) * 10 + Int(digit.value - 0x30)
            guard value! <= 1000 else { throw error("repeats more than 1000 times") }
            position += 1
        }
        return value
    }

    private mutating func atom() throws -> PatternNode {
        let scalar = scalars[position]
        switch scalar {
        case "(": return try group()
        case "[": return .set(try set())
        case ".":
            position += 1
            return .set(ScalarSet("\n").inverted)
        case "^", "$", "*", "+", "?", "{": throw error("has a \"\(scalar)\" where that is not supported")
        case "\\":
            position += 1
            return .set(try escaped())
        default:
            position += 1
            return .set(try literal(scalar))
        }
    }

    private mutating func group() throws -> PatternNode {
        position += 1
        guard depth < Self.deepest else { throw error("has more than \(Self.deepest) groups in one another") }
        depth += 1
        let outer = ignoresCase
        defer {
            depth -= 1
            ignoresCase = outer
        }
        var isExpected: Bool?
        if take("?i:") {
            ignoresCase = true
        } else if take("?=") {
            isExpected = true
        } else if take("?!") {
            isExpected = false
        } else if !take("?:"), next == "?" {
            throw error("has a group that is not supported; supported here: (...), (?:...), (?i:...), (?=...), (?!...)")
        }
        let node = try choice()
        guard take(")") else { throw error("has a \"(\" without its \")\"") }
        return isExpected.map { .look(node, isExpected: $0) } ?? node
    }

    /// The set of one scalar, and where case is ignored also of its other cases.
    func literal(_ scalar: Unicode.Scalar) throws -> ScalarSet {
        var set = ScalarSet(scalar)
        guard ignoresCase else { return set }
        guard scalar.isASCII else { throw error("ignores the case of \"\(scalar)\", which is supported for ASCII only") }
        let letter = scalar.value | 0x20
        if (0x61...0x7A).contains(letter) {
            set.insert(letter...letter)
            set.insert(letter - 0x20...letter - 0x20)
        }
        // The long s and the sign for kelvin.
        if letter == 0x73 { set.insert(0x17F...0x17F) }
        if letter == 0x6B { set.insert(0x212A...0x212A) }
        return set
    }
}
