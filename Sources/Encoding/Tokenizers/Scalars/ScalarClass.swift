/// What a scalar is to the BERT family's tokenizers, looked up in a table: the properties that the standard library computes
/// take most of the time of a text that is not ASCII.
struct ScalarClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// ``Unicode/Scalar/isControl``
    static let control = ScalarClass(rawValue: 1)
    /// White space of any kind.
    static let space = ScalarClass(rawValue: 2)
    /// ``Unicode/Scalar/isPunctuation``
    static let punctuation = ScalarClass(rawValue: 4)
    /// ``Unicode/Scalar/isNonspacingMark``
    static let nonspacingMark = ScalarClass(rawValue: 8)
    /// ``Unicode/Scalar/combiningClass`` is not 0.
    static let ordered = ScalarClass(rawValue: 16)
    /// Its lower case is another.
    static let upperCase = ScalarClass(rawValue: 32)

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The classes of a scalar.
    @inline(__always)
    init(_ scalar: Unicode.Scalar) {
        self = scalar.value < 0x10000 ? Self.table[Int(scalar.value)] : ScalarClass(computing: scalar)
    }

    private init(computing scalar: Unicode.Scalar) {
        self = []
        if scalar.isControl { insert(.control) }
        if scalar.properties.isWhitespace { insert(.space) }
        if scalar.isPunctuation { insert(.punctuation) }
        if scalar.isNonspacingMark { insert(.nonspacingMark) }
        if scalar.combiningClass != 0 { insert(.ordered) }
        if scalar.properties.changesWhenLowercased { insert(.upperCase) }
    }

    /// The plane that nearly all text is of. Its Chinese characters and Hangul syllables are of none of the classes.
    private static let table: [ScalarClass] = (0..<0x10000 as Range<UInt32>).map { value in
        switch value {
        case 0x3400...0x9FFF, 0xAC00...0xDFFF: []
        default: ScalarClass(computing: Unicode.Scalar(value)!)
        }
    }
}

/// The classes of scalars that the BERT family's tokenizers were made with.
///
/// Those use the tables of Unicode 8 (categories) and 9 (decompositions). A scalar that came later is unassigned there, and a
/// few have changed their category since; the vocabularies were learned without either, so today's tables would give other
/// tokens.
extension Unicode.Scalar {
    /// Whether the scalar was already assigned in a version of Unicode.
    func isAssigned(in major: Int) -> Bool {
        guard let age = properties.age else { return false }
        return age.major < major || (age.major == major && age.minor == 0)
    }

    /// Whether cleaning drops it: a control, format or private use character (tab and line ends are blanks instead).
    var isControl: Bool {
        switch properties.generalCategory {
        case .control: self != "\t" && self != "\n" && self != "\r"
        case .format: isAssigned(in: 8)
        case .privateUse: true
        default: false
        }
    }

    /// Whether it is a word of its own: ASCII's punctuation and symbols, and the categories P.
    var isPunctuation: Bool {
        if isASCII {
            switch value {
            case 0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: return true
            default: return false
            }
        }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return isAssigned(in: 8)
        default: return value == 0x166D || value == 0x111C9
        }
    }

    /// Whether it is a mark without a width of its own, as accents are (category Mn).
    var isNonspacingMark: Bool {
        switch value {
        case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
        case 0x1734, 0x1171E: true
        default: properties.generalCategory == .nonspacingMark && isAssigned(in: 8)
        }
    }

    /// Whether it is a mark of any kind (category M).
    var isMark: Bool {
        switch value {
        case 0x111C9: return false
        case 0x1CF2, 0x1CF3: return true
        default: break
        }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: return isAssigned(in: 9)
        default: return false
        }
    }

    /// Whether it is of the blocks of Chinese characters, each of which becomes a word.
    var isChinese: Bool {
        switch value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// Whether it is part of a word for an added token that matches single words only, as of Unicode 16.
    var isWordCharacter: Bool {
        if !isASCII, !isAssigned(in: 16) { return false }
        if properties.isAlphabetic || properties.isJoinControl { return true }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }

    /// The order of a mark among those on one base character; 0 for all else.
    var combiningClass: UInt8 {
        let order = properties.canonicalCombiningClass.rawValue
        return order != 0 && isAssigned(in: 9) ? order : 0
    }
}
