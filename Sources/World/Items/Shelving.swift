/// How a catalogue is laid out: items that agree on some attributes lie in one cell, those that agree on some more on one shelf of it.
struct Shelving: Sendable {
    /// The attributes that make a cell: those that tastes weigh most.
    static let cellAttributes: [Attribute] = [.theme, .colour, .craft]
    static let cells = cellAttributes.map { Attribute.counts[$0.rawValue] }.reduce(1, *)

    /// The attributes that make the shelves of a cell. Not that of the kind, whose chances depend on the last item.
    let shelfAttributes: [Attribute]
    private let ordered: [Attribute]
    /// How many shelves a cell has.
    let shelvesPerCell: Int
    /// How many shelves there are.
    var shelves: Int { Self.cells * shelvesPerCell }
    /// The attributes that neither cells nor shelves tell.
    var remainingAttributes: [Attribute] {
        Attribute.allCases.filter { !Self.cellAttributes.contains($0) && !shelfAttributes.contains($0) }
    }

    /// The layout for a number of items: up to 50,000 each cell is one shelf, more would be empty.
    init(items: Int) {
        shelfAttributes = items > 50_000 ? [.pattern, .backdrop] : []
        ordered = Self.cellAttributes + shelfAttributes
        shelvesPerCell = shelfAttributes.map { Attribute.counts[$0.rawValue] }.reduce(1, *)
    }

    /// The shelf an item lies on; its cell is that divided by ``shelvesPerCell``.
    func shelf(of attributes: ItemAttributes) -> Int {
        ordered.reduce(0) { $0 * Attribute.counts[$1.rawValue] + attributes[$1] }
    }
}
