/// The general category of a scalar in Unicode 16, which the patterns of `tokenizer.json` files are matched with.
///
/// Some categories are cut in two where white space, word characters or digits run through them, so that each class of a
/// pattern is a set of kinds.
enum ScalarKind: UInt8, CaseIterable, Sendable {
    case uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
    case nonspacingMark, spacingMark, enclosingMark
    case decimalNumber, letterNumber, otherNumber
    case connectorPunctuation, dashPunctuation, openPunctuation, closePunctuation
    case initialPunctuation, finalPunctuation, otherPunctuation
    case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
    case spaceSeparator, lineSeparator, paragraphSeparator
    case control, format, privateUse, unassigned
    /// The control character that is white space (U+0085).
    case spaceControl
    /// The format characters that join letters (U+200C, U+200D).
    case joinControl
    /// Symbols that are letters too ("Ⓐ").
    case letterSymbol
    /// The numbers of Latin-1 ("²", "½"), which Oniguruma takes for word characters outside of brackets.
    case latinNumber
    /// Numbers that Unicode 16 does not know.
    case laterNumber

    /// The kind of a scalar.
    @inline(__always)
    init(_ scalar: Unicode.Scalar) {
        self = scalar.value < Self.tableEnd ? Self.table[Int(scalar.value)] : ScalarKind(computing: scalar)
    }

    private static let tableEnd: UInt32 = 0x20000

    private static let table: [ScalarKind] = (0..<tableEnd).map { value in
        Unicode.Scalar(value).map { ScalarKind(computing: $0) } ?? .unassigned
    }

    private init(computing scalar: Unicode.Scalar) {
        let properties = scalar.properties
        switch scalar.value {
        case 0x85: self = .spaceControl
        case 0x200C, 0x200D: self = .joinControl
        case 0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE: self = .latinNumber
        // Unicode 17 made it a letter without case.
        case 0x295: self = .lowercaseLetter
        default:
            let category = ScalarKind(properties.generalCategory)
            if category == .privateUse || category == .unassigned || scalar.isAssigned(in: 16) {
                self = category == .otherSymbol && properties.isAlphabetic ? .letterSymbol : category
            } else {
                self = Self.numbers.contains(category) ? .laterNumber : .unassigned
            }
        }
    }

    private static let numbers: [ScalarKind] = [.decimalNumber, .letterNumber, .otherNumber]

    private init(_ category: Unicode.GeneralCategory) {
        self =
            switch category {
            case .uppercaseLetter: .uppercaseLetter
            case .lowercaseLetter: .lowercaseLetter
            case .titlecaseLetter: .titlecaseLetter
            case .modifierLetter: .modifierLetter
            case .otherLetter: .otherLetter
            case .nonspacingMark: .nonspacingMark
            case .spacingMark: .spacingMark
            case .enclosingMark: .enclosingMark
            case .decimalNumber: .decimalNumber
            case .letterNumber: .letterNumber
            case .otherNumber: .otherNumber
            case .connectorPunctuation: .connectorPunctuation
            case .dashPunctuation: .dashPunctuation
            case .openPunctuation: .openPunctuation
            case .closePunctuation: .closePunctuation
            case .initialPunctuation: .initialPunctuation
            case .finalPunctuation: .finalPunctuation
            case .otherPunctuation: .otherPunctuation
            case .mathSymbol: .mathSymbol
            case .currencySymbol: .currencySymbol
            case .modifierSymbol: .modifierSymbol
            case .otherSymbol: .otherSymbol
            case .spaceSeparator: .spaceSeparator
            case .lineSeparator: .lineSeparator
            case .paragraphSeparator: .paragraphSeparator
            case .control: .control
            case .format: .format
            case .privateUse: .privateUse
            default: .unassigned
            }
    }
}

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
