import Foundation

/// The items of a world: what they are and how popular, in about 20 bytes each.
///
/// Items lie on the shelves of cells (``Shelving``), so that one can be drawn without going through all of them.
struct Catalogue: Sendable {
    /// An item on its shelf.
    struct Member: Sendable {
        /// The popularity of this and all members before it on its shelf.
        let running: Double
        let item: Int32
        let attributes: ItemAttributes
    }

    let shelving: Shelving
    /// The items, shelf after shelf.
    let members: [Member]
    /// The popularity of each shelf's items together.
    let shelfPopularity: [Double]
    /// The popularity of the most popular item.
    let greatestPopularity: Double
    /// Where each shelf starts in `members`; one more for the end.
    private let starts: [Int]
    private let guide: Guide<Int32>

    init(_ options: WorldOptions) {
        let shelving = Shelving(items: options.items)
        var starts = [Int](repeating: 0, count: shelving.shelves + 1)
        for item in 0..<options.items { starts[shelving.shelf(of: Self.attributes(of: item, options)) + 1] += 1 }
        for shelf in 0..<shelving.shelves { starts[shelf + 1] += starts[shelf] }

        var next = starts
        var greatestPopularity = 0.0
        var shelfPopularity = [Double](repeating: 0, count: shelving.shelves)
        members = [Member](unsafeUninitializedCapacity: options.items) { members, count in
            for item in 0..<options.items {
                let (attributes, popularity) = Self.make(item, options)
                let shelf = shelving.shelf(of: attributes)
                greatestPopularity = max(greatestPopularity, popularity)
                shelfPopularity[shelf] += popularity
                members.initializeElement(
                    at: next[shelf], to: Member(running: shelfPopularity[shelf], item: Int32(item), attributes: attributes))
                next[shelf] += 1
            }
            count = options.items
        }
        // About two items for each part; in small catalogues more parts cost nothing.
        var guide = Guide<Int32>(lists: shelving.shelves, parts: max(32, options.items / shelving.shelves / 2))
        for shelf in 0..<shelving.shelves {
            guide.append(starts[shelf]..<starts[shelf + 1]) { [members] in members[$0].running }
        }
        self.guide = guide
        self.shelving = shelving
        self.starts = starts
        self.greatestPopularity = greatestPopularity
        self.shelfPopularity = shelfPopularity
    }

    /// What an item is and what its chance is multiplied with: the same at every call.
    static func make(_ item: Int, _ options: WorldOptions) -> (attributes: ItemAttributes, popularity: Double) {
        var random = SeededRandom(seed: options.seed, stream: .attributes, index: item)
        let attributes = ItemAttributes(drawnWith: &random, newItemShare: options.newItemShare)
        let popularity = exp(0.45 * random.normal())
        guard let exponent = options.popularityExponent else { return (attributes, popularity) }
        // Even numbers stand for places in the list of items by popularity: their power is Zipf's law.
        return (attributes, popularity * pow(1 - random.uniform(), -exponent))
    }

    /// What an item is.
    static func attributes(of item: Int, _ options: WorldOptions) -> ItemAttributes {
        var random = SeededRandom(seed: options.seed, stream: .attributes, index: item)
        return ItemAttributes(drawnWith: &random, newItemShare: options.newItemShare)
    }

    /// Draws an item of a shelf by popularity.
    @inline(__always)
    func draw(from shelf: Int, random: inout SeededRandom) -> Member {
        let share = random.share()
        let goal = share.value * shelfPopularity[shelf]
        var (low, high) = guide.places(of: share, list: shelf)
        return members.withUnsafeBufferPointer { members in
            while low < high {
                let middle = (low + high) / 2
                if members[middle].running > goal { high = middle } else { low = middle + 1 }
            }
            return members[low]
        }
    }

    /// Calls `body` with the items of a cell and their popularity until it returns false.
    @inline(__always)
    func forEachMember(of cell: Int, _ body: (Member, _ popularity: Double) -> Bool) {
        for shelf in cell * shelving.shelvesPerCell..<(cell + 1) * shelving.shelvesPerCell {
            var before = 0.0
            for place in starts[shelf]..<starts[shelf + 1] {
                let member = members[place]
                guard body(member, member.running - before) else { return }
                before = member.running
            }
        }
    }
}
