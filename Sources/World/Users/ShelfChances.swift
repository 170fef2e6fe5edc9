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
