import Foundation

/// The items of a world: what they are and how popular, in about 32 bytes each.
///
/// Items that agree on the three attributes that tastes weigh most lie in one cell, so that an item can be drawn without going
/// through all of them.
struct Catalogue: Sendable {
    /// The attributes that make a cell.
    static let cellAttributes: [Attribute] = [.theme, .colour, .craft]
    static let cellCount = cellAttributes.map { Attribute.counts[$0.rawValue] }.reduce(1, *)

    /// By item.
    let attributes: [ItemAttributes]
    /// By item: what its chance is multiplied with.
    let popularity: [Double]
    /// The items, cell after cell.
    private let members: [Int32]
    /// For each place in `members`, the popularity of this and all places before it in its cell.
    private let running: [Double]
    /// Where each cell starts in `members`; one more for the end.
    private let starts: [Int]
    /// The popularity of each cell's items together.
    let cellPopularity: [Double]

    init(_ options: WorldOptions) {
        var attributes: [ItemAttributes] = []
        var popularity: [Double] = []
        attributes.reserveCapacity(options.items)
        popularity.reserveCapacity(options.items)
        var starts = [Int](repeating: 0, count: Self.cellCount + 1)
        for item in 0..<options.items {
            var random = SeededRandom(seed: options.seed, stream: .attributes, index: item)
            let drawn = ItemAttributes(drawnWith: &random, newItemShare: options.newItemShare)
            attributes.append(drawn)
            popularity.append(exp(0.45 * random.normal()))
            starts[Self.cell(of: drawn) + 1] += 1
        }
        for cell in 0..<Self.cellCount { starts[cell + 1] += starts[cell] }
        var next = starts
        var members = [Int32](repeating: 0, count: options.items)
        for item in 0..<options.items {
            let cell = Self.cell(of: attributes[item])
            members[next[cell]] = Int32(item)
            next[cell] += 1
        }
        var running = [Double](repeating: 0, count: options.items)
        var cellPopularity = [Double](repeating: 0, count: Self.cellCount)
        for cell in 0..<Self.cellCount {
            for place in starts[cell]..<starts[cell + 1] {
                cellPopularity[cell] += popularity[Int(members[place])]
                running[place] = cellPopularity[cell]
            }
        }
        self.attributes = attributes
        self.popularity = popularity
        self.members = members
        self.running = running
        self.starts = starts
        self.cellPopularity = cellPopularity
    }

    /// The cell an item lies in.
    static func cell(of attributes: ItemAttributes) -> Int {
        cellAttributes.reduce(0) { $0 * Attribute.counts[$1.rawValue] + attributes[$1] }
    }

    /// An item of a cell that is not empty, drawn by popularity.
    func draw(from cell: Int, random: inout SeededRandom) -> Int {
        let goal = random.uniform() * cellPopularity[cell]
        var low = starts[cell]
        var high = starts[cell + 1] - 1
        while low < high {
            let middle = (low + high) / 2
            if running[middle] > goal { high = middle } else { low = middle + 1 }
        }
        return Int(members[low])
    }
}
