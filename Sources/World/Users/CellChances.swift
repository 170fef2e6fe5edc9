import Foundation

/// The chance of every cell of the catalogue, in each style and after each theme of the last item.
struct CellChances: Sendable {
    private static let themes = Attribute.counts[Attribute.theme.rawValue]
    /// Style after style, theme after theme, after the themes once for no last item: the running sums over the cells of what the
    /// shelves weigh times the factors of the cell's attributes.
    private let running: [Double]
    private let guide: Guide<Int16>

    init(_ styles: [Style], _ shelves: ShelfChances) {
        let lists = styles.count * (Self.themes + 1)
        var running: [Double] = []
        running.reserveCapacity(lists * Shelving.cells)
        var guide = Guide<Int16>(lists: lists, parts: 2 * Shelving.cells)
        for (index, style) in styles.enumerated() {
            for theme in 0...Self.themes {
                let factors = Factors(style.weights(afterTheme: theme < Self.themes ? theme : nil))
                    .products(of: Shelving.cellAttributes)
                let start = running.count
                var sum = 0.0
                for cell in 0..<Shelving.cells {
                    sum += factors[cell] * shelves.weight(style: index, cell: cell)
                    running.append(sum)
                }
                guide.append(0..<Shelving.cells) { running[start + $0] }
            }
        }
        self.running = running
        self.guide = guide
    }

    /// The list of chances in a style and after an item.
    func list(style: Int, after last: ItemAttributes?) -> Int { style * (Self.themes + 1) + (last?[.theme] ?? Self.themes) }

    /// Draws a cell.
    @inline(__always)
    func draw(from list: Int, random: inout SeededRandom) -> Int {
        let share = random.share()
        let (low, high) = guide.places(of: share, list: list)
        return running.firstAbove(share, of: list * Shelving.cells..<(list + 1) * Shelving.cells, from: low, through: high)
    }
}

extension [Double] {
    /// The first place of a list of running sums that is above a share of the list's last, as known to lie between two places.
    @inline(__always)
    func firstAbove(_ share: Share, of list: Range<Int>, from low: Int, through high: Int) -> Int {
        if low == high { return low }
        return withUnsafeBufferPointer { running in
            var low = low
            var high = high
            let goal = share.value * running[list.upperBound - 1]
            while low < high {
                let middle = (low + high) / 2
                if running[list.lowerBound + middle] > goal { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }
}

/// The chance of every shelf within its cell, in each style.
struct ShelfChances: Sendable {
    private let shelvesPerCell: Int
    /// Style after style, cell after cell: the running sums over the shelves of popularity times the factors of the shelf's attributes.
    private let running: [Double]
    private let guide: Guide<Int8>

    init(_ styles: [Style], _ catalogue: Catalogue) {
        let count = catalogue.shelving.shelvesPerCell
        var running: [Double] = []
        running.reserveCapacity(styles.count * catalogue.shelving.shelves)
        var guide = Guide<Int8>(lists: styles.count * Shelving.cells, parts: 2 * count)
        for style in styles {
            let factors = Factors(style.weights).products(of: catalogue.shelving.shelfAttributes)
            for cell in 0..<Shelving.cells {
                let start = running.count
                var sum = 0.0
                for shelf in 0..<count {
                    sum += factors[shelf] * catalogue.shelfPopularity[cell * count + shelf]
                    running.append(sum)
                }
                guide.append(0..<count) { running[start + $0] }
            }
        }
        shelvesPerCell = count
        self.running = running
        self.guide = guide
    }

    /// The chance of a cell in a style, as far as popularity and shelves make it.
    func weight(style: Int, cell: Int) -> Double { running[(style * Shelving.cells + cell + 1) * shelvesPerCell - 1] }

    /// Draws a shelf of a cell.
    @inline(__always)
    func draw(style: Int, cell: Int, random: inout SeededRandom) -> Int {
        if shelvesPerCell == 1 { return cell }
        let share = random.share()
        let list = style * Shelving.cells + cell
        let (low, high) = guide.places(of: share, list: list)
        return cell * shelvesPerCell
            + running.firstAbove(share, of: list * shelvesPerCell..<(list + 1) * shelvesPerCell, from: low, through: high)
    }
}

/// What chances are divided by so that they sum to 1, in each style and after any item, without going through the items again.
struct ChanceTotals: Sendable {
    private static let themes = Attribute.counts[Attribute.theme.rawValue]
    private static let kinds = Attribute.counts[Attribute.kind.rawValue]
    /// Style after style, theme after theme, kind after kind: the sum over such items of popularity times factors.
    private let sums: [Double]

    /// Goes through all items once for each style.
    init(_ styles: [Style], _ catalogue: Catalogue) {
        let count = Self.themes * Self.kinds
        sums = [Double](unsafeUninitializedCapacity: styles.count * count) { sums, initialized in
            sums.initialize(repeating: 0)
            // Every style's sums are written by one thread only.
            nonisolated(unsafe) let sums = sums
            DispatchQueue.concurrentPerform(iterations: styles.count) { style in
                let factors = Factors(styles[style].weights)
                for cell in 0..<Shelving.cells {
                    catalogue.forEachMember(of: cell) { member, popularity in
                        let attributes = member.attributes
                        sums[style * count + attributes[.theme] * Self.kinds + attributes[.kind]] +=
                            popularity * factors.product(attributes)
                        return true
                    }
                }
            }
            initialized = sums.count
        }
    }

    /// The sum over all items.
    ///
    /// - Parameters:
    ///   - style: which style.
    ///   - last: the item after which the next is looked for.
    func total(style: Int, after last: ItemAttributes) -> Double {
        var total = 0.0
        let companions = last.kind.companions.map(\.rawValue)
        for theme in 0..<Self.themes {
            for kind in 0..<Self.kinds {
                total +=
                    sums[(style * Self.themes + theme) * Self.kinds + kind]
                    * (theme == last[.theme] ? exp(Style.sameTheme) : 1)
                    * (companions.contains(kind) ? exp(Style.companion) : 1)
            }
        }
        return total
    }
}
