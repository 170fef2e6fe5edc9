import Files

extension PatternParser {
    /// A class in brackets.
    mutating func set() throws -> ScalarSet {
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

    /// What is after a backslash.
    mutating func escaped() throws -> ScalarSet {
        if next == "w" || next == "W" {
            // Outside of brackets, Oniguruma takes the numbers of Latin-1 for word characters.
            var word = ScalarSet.word
            word.insert(ScalarKinds(.latinNumber))
            defer { position += 1 }
            return next == "w" ? word : word.inverted
        }
        if let named = try escapedClass() { return named }
        return try literal(escapedScalar())
    }

    /// The class after a backslash; nil when something else is there.
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
