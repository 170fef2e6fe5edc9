/// What an item of the world can be recognised by, and where it shows.
package enum Attribute: Int, CaseIterable, Codable, Sendable {
    /// What the thing is: a mug, a boot.
    case kind
    /// The main colour.
    case colour
    /// The pattern on the thing.
    case pattern
    /// What is behind the thing.
    case backdrop
    /// How it was made, as in "recycled".
    case craft
    /// What it is for, as in "for nights under canvas".
    case theme
    /// Who made it.
    case maker

    /// Where an attribute can be learned from.
    package enum Source: String, Codable, Sendable {
        /// The title does not say it.
        case picture
        /// The picture does not show it.
        case title
        /// Either tells it.
        case both
    }

    /// The attribute's name in files.
    package var name: String { "\(self)" }

    /// Where the attribute shows.
    package var source: Source {
        switch self {
        case .kind: .both
        case .colour, .pattern, .backdrop: .picture
        case .craft, .theme, .maker: .title
        }
    }

    /// The names of the values, by index.
    package var values: [String] {
        switch self {
        case .kind: Kind.allCases.map { "\($0)" }
        case .colour: Colour.allCases.map { "\($0)" }
        case .pattern: Pattern.allCases.map { "\($0)" }
        case .backdrop: Backdrop.allCases.map { "\($0)" }
        case .craft: TitleWords.crafts.map(\.name)
        case .theme: TitleWords.themes.map(\.name)
        case .maker: TitleWords.makers
        }
    }

    /// The number of values; kept apart from ``values`` because it is asked for often.
    package static let counts: [Int] = allCases.map(\.values.count)
}

/// The attributes of one item, in four bytes.
package struct ItemAttributes: Equatable, Sendable {
    /// Four bits for each attribute, in the order of their raw values; above them one that says whether the item is new.
    private var bits: UInt32 = 0
    private static let newBit: UInt32 = 1 << 28

    /// An item that has the first value of each attribute.
    package init() {}

    /// The index of an attribute's value among ``Attribute/values``.
    package subscript(_ attribute: Attribute) -> Int {
        get { Int(bits >> (4 * UInt32(attribute.rawValue)) & 15) }
        set {
            precondition((0...15).contains(newValue), "a value of an attribute has four bits")
            let shift = 4 * UInt32(attribute.rawValue)
            bits = bits & ~(15 << shift) | UInt32(newValue) << shift
        }
    }

    /// Whether the item came out lately.
    package var isNew: Bool {
        get { bits & Self.newBit != 0 }
        set { bits = newValue ? bits | Self.newBit : bits & ~Self.newBit }
    }

    /// Attributes drawn independently and evenly.
    init(drawnWith random: inout SeededRandom, newItemShare: Double) {
        for attribute in Attribute.allCases { self[attribute] = random.index(Attribute.counts[attribute.rawValue]) }
        isNew = random.uniform() < newItemShare
    }

    var kind: Kind { Kind.allCases[self[.kind]] }
    var colour: Colour { Colour.allCases[self[.colour]] }
    var pattern: Pattern { Pattern.allCases[self[.pattern]] }
    var backdrop: Backdrop { Backdrop.allCases[self[.backdrop]] }
}
