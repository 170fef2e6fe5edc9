/// What an item of the world can be told by, and where it shows.
public enum Attribute: Int, CaseIterable, Codable, Sendable {
    /// What the thing is: a mug, a boot.
    case kind
    /// The main colour.
    case colour
    /// The pattern on the thing.
    case pattern
    /// What stands behind the thing.
    case backdrop
    /// How it was made, as in "recycled".
    case craft
    /// What it is for, as in "for nights under canvas".
    case theme
    /// Who made it.
    case maker

    /// Where an attribute can be learned from.
    public enum Source: String, Codable, Sendable {
        /// The title does not say it.
        case picture
        /// The picture does not show it.
        case title
        /// Either tells it.
        case both
    }

    /// The attribute's name in files.
    public var name: String { "\(self)" }

    /// Where the attribute shows.
    public var source: Source {
        switch self {
        case .kind: .both
        case .colour, .pattern, .backdrop: .picture
        case .craft, .theme, .maker: .title
        }
    }

    /// The names of the values, by index.
    public var values: [String] {
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
    public static let counts: [Int] = allCases.map(\.values.count)
}
