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
