import Files

/// Reads a regular expression in Oniguruma's notation, as far as files of tokenizers use it.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private let place: String
    private var position = 0
    private var depth = 0
    private var ignoresCase = false
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

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func error(_ problem: String) -> UserError {
        UserError(
            "the pattern \(problem) (character \(position + 1))", at: place,
            remedy: "Use an encoder whose tokenizer is made of supported components.")
    }

    private mutating func take(_ text: String) -> Bool {
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
    private func literal(_ scalar: Unicode.Scalar) throws -> ScalarSet {
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

extension PatternParser {
    /// A class in brackets.
    private mutating func set() throws -> ScalarSet {
        guard !ignoresCase else { throw error("has a class where case is ignored, which is not supported") }
        position += 1
        var set = ScalarSet()
        let isInverted = take("^")
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            if scalar == "[" || take("&&") { throw error("has a class inside a class, which is not supported") }
            guard let low = try member(into: &set) else { continue }
            var high = low
            if next == "-", position + 1 < scalars.count, scalars[position + 1] != "]" {
                position += 1
                var other = ScalarSet()
                guard let end = try member(into: &other), end.value >= low.value else {
                    throw error("has a range that is not understood")
                }
                high = end
            }
            set.insert(low.value...high.value)
        }
        guard take("]") else { throw error("has a \"[\" without its \"]\"") }
        return isInverted ? set.inverted : set
    }

    /// A member of a class in brackets: a scalar, or nil for a class of its own, which is added to `set`.
    private mutating func member(into set: inout ScalarSet) throws -> Unicode.Scalar? {
        guard let scalar = next else { throw error("has a \"[\" without its \"]\"") }
        position += 1
        guard scalar == "\\" else { return scalar }
        if let named = try escapedClass() {
            set.insert(named)
            return nil
        }
        return try escapedScalar()
    }

    private mutating func escaped() throws -> ScalarSet {
        if let named = try escapedClass() { return named }
        return try literal(escapedScalar())
    }

    /// The class after a backslash; nil when something else stands there.
    private mutating func escapedClass() throws -> ScalarSet? {
        guard let scalar = next else { throw error("ends with a backslash") }
        position += 1
        switch scalar {
        case "s": return .space
        case "S": return ScalarSet.space.inverted
        case "w": return .word
        case "W": return ScalarSet.word.inverted
        case "d": return ScalarSet(ScalarKinds(.decimalNumber))
        case "D": return ScalarSet(ScalarKinds(.decimalNumber)).inverted
        case "p", "P":
            guard take("{") else { throw error("has a \"\\\(scalar)\" without its category") }
            let isInverted = take("^") != (scalar == "P")
            var name = ""
            while let letter = next, letter != "}" {
                name.unicodeScalars.append(letter)
                position += 1
            }
            guard take("}"), let kinds = ScalarKinds.named(name) else {
                throw error("asks for \"\\p{\(name)}\"; supported are the general categories, as in \\p{L} and \\p{Lu}")
            }
            let set = ScalarSet(kinds)
            return isInverted ? set.inverted : set
        default:
            position -= 1
            return nil
        }
    }

    /// The scalar after a backslash.
    private mutating func escapedScalar() throws -> Unicode.Scalar {
        let scalar = scalars[position]
        position += 1
        switch scalar {
        case "n": return "\n"
        case "r": return "\r"
        case "t": return "\t"
        case "f": return "\u{C}"
        case "v": return "\u{B}"
        case "x":
            let braced = take("{")
            let value = try hexadecimal(most: braced ? 8 : 2)
            guard !braced || take("}"), braced || value.isASCII else { throw error("has a \"\\x\" that is not understood") }
            return value
        case "u": return try hexadecimal(most: 4)
        default:
            guard scalar.isASCII, scalar.isPunctuation || scalar == " " else {
                throw error("has \"\\\(scalar)\", which is not supported")
            }
            return scalar
        }
    }

    private mutating func hexadecimal(most: Int) throws -> Unicode.Scalar {
        var value: UInt32 = 0
        var count = 0
        while count < most, let scalar = next, let digit = Character(scalar).hexDigitValue {
            value = value << 4 | UInt32(digit)
            position += 1
            count += 1
        }
        guard count > 0, let scalar = Unicode.Scalar(value) else { throw error("has a character that is not understood") }
        return scalar
    }
}
