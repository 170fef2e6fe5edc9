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
