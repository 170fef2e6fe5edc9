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
