/// A set of kinds of scalars.
struct ScalarKinds: OptionSet, Sendable {
    let rawValue: UInt64

    init(rawValue: UInt64) { self.rawValue = rawValue }

    /// The set of some kinds.
    init(_ kinds: ScalarKind...) { rawValue = kinds.reduce(0) { $0 | 1 << UInt64($1.rawValue) } }

    /// Whether a scalar is of one of the kinds.
    @inline(__always)
    func contains(_ scalar: Unicode.Scalar) -> Bool { rawValue >> UInt64(ScalarKind(scalar).rawValue) & 1 != 0 }

    /// All kinds.
    static let all = ScalarKinds(rawValue: (1 << UInt64(ScalarKind.allCases.count)) - 1)

    static let letters = ScalarKinds(.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter)
    static let marks = ScalarKinds(.nonspacingMark, .spacingMark, .enclosingMark)
    static let numbers = ScalarKinds(.decimalNumber, .letterNumber, .otherNumber, .latinNumber)
    static let punctuation = ScalarKinds(
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
        .otherPunctuation)
    static let symbols = ScalarKinds(.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol, .letterSymbol)
    static let separators = ScalarKinds(.spaceSeparator, .lineSeparator, .paragraphSeparator)
    static let others = ScalarKinds(.control, .spaceControl, .format, .joinControl, .privateUse, .unassigned, .laterNumber)

    /// White space beyond ASCII.
    static let space = separators.union(ScalarKinds(.spaceControl))
    /// Word characters beyond ASCII.
    static let word = letters.union(marks)
        .union(ScalarKinds(.decimalNumber, .letterNumber, .connectorPunctuation, .letterSymbol))

    /// The kinds of a general category or a group of them as patterns name it (`L`, `Lu`); nil when there is none of that name.
    static func named(_ name: String) -> ScalarKinds? {
        switch name {
        case "L", "Letter": letters
        case "M", "Mark": marks
        case "N", "Number": numbers
        case "P", "Punctuation": punctuation
        case "S", "Symbol": symbols
        case "Z", "Separator": separators
        case "C", "Other": others
        case "Lu": ScalarKinds(.uppercaseLetter)
        case "Ll": ScalarKinds(.lowercaseLetter)
        case "Lt": ScalarKinds(.titlecaseLetter)
        case "Lm": ScalarKinds(.modifierLetter)
        case "Lo": ScalarKinds(.otherLetter)
        case "Mn": ScalarKinds(.nonspacingMark)
        case "Mc": ScalarKinds(.spacingMark)
        case "Me": ScalarKinds(.enclosingMark)
        case "Nd": ScalarKinds(.decimalNumber)
        case "Nl": ScalarKinds(.letterNumber)
        case "No": ScalarKinds(.otherNumber, .latinNumber)
        case "Pc": ScalarKinds(.connectorPunctuation)
        case "Pd": ScalarKinds(.dashPunctuation)
        case "Ps": ScalarKinds(.openPunctuation)
        case "Pe": ScalarKinds(.closePunctuation)
        case "Pi": ScalarKinds(.initialPunctuation)
        case "Pf": ScalarKinds(.finalPunctuation)
        case "Po": ScalarKinds(.otherPunctuation)
        case "Sm": ScalarKinds(.mathSymbol)
        case "Sc": ScalarKinds(.currencySymbol)
        case "Sk": ScalarKinds(.modifierSymbol)
        case "So": ScalarKinds(.otherSymbol, .letterSymbol)
        case "Zs": ScalarKinds(.spaceSeparator)
        case "Zl": ScalarKinds(.lineSeparator)
        case "Zp": ScalarKinds(.paragraphSeparator)
        case "Cc": ScalarKinds(.control, .spaceControl)
        case "Cf": ScalarKinds(.format, .joinControl)
        default: nil
        }
    }
}
