/// Shortens the search in lists of running sums: tells from a share of a list's whole sum between which places that share falls.
///
/// A search takes a step or two then, however long the list, and finds exactly what a search through the whole list would.
struct Guide<Place: FixedWidthInteger & Sendable>: Sendable {
    /// Parts that each list's sum is divided into: a power of two, so that the part of a share is found without rounding.
    private let parts: Int
    /// How far a share's bits are shifted for its part.
    private let shift: Int
    /// For each list and part, the first place whose running sum is above the part's beginning; one more for the end.
    private var places: [Place] = []

    /// Makes a guide without lists.
    ///
    /// - Parameters:
    ///   - lists: how many lists there will be.
    ///   - parts: about how many parts each list is divided into.
    init(lists: Int, parts: Int) {
        let bits = max(0, (parts - 1).bitWidth - (parts - 1).leadingZeroBitCount)
        self.parts = 1 << bits
        shift = Share.bitCount - bits
        places.reserveCapacity(lists * (self.parts + 1))
    }

    /// Adds the next list.
    ///
    /// - Parameters:
    ///   - list: its places.
    ///   - running: gives the running sum at a place.
    mutating func append(_ list: Range<Int>, running: (Int) -> Double) {
        let sum = list.isEmpty ? 0 : running(list.upperBound - 1)
        var place = list.lowerBound
        for part in 0...parts {
            let start = Double(part) / Double(parts) * sum
            while place < list.upperBound - 1, running(place) <= start { place += 1 }
            places.append(Place(place))
        }
    }

    /// The places of a list among which the first lies whose running sum is above a share of the list's sum.
    @inline(__always)
    func places(of share: Share, list: Int) -> (low: Int, high: Int) {
        let part = list * (parts + 1) + Int(truncatingIfNeeded: share.bits >> UInt64(shift))
        return places.withUnsafeBufferPointer { (Int($0[part]), Int($0[part + 1])) }
    }
}

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
