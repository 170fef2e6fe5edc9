import Modeling
import Ranking
import Torch

/// What a served model computes once, for the first question that needs it.
final class KnownVectors {
    private var order: [Int]?
    private var mean: [Double]?
    private var side: ItemSide?
    private var towers: Towers?
    private var towerTable: ExactSearch?
    private var units: [String: [ObjectIdentifier: Unit]] = [:]
    private var zeros: [String: [ObjectIdentifier: Zeros]] = [:]

    /// The network's towers, each of which adds something to the vectors of the items that a run was opened with.
    struct Towers {
        /// Their names.
        let names: [String]
        /// Numbers in what each of them adds.
        let width: Int
        /// The means of these numbers over all items, the towers side by side.
        let mean: [Double]

        /// Where a tower's numbers stand.
        func columns(_ place: Int) -> Range<Int> { place * width..<(place + 1) * width }
    }

    /// Rows of a block, divided by their lengths. The block is kept, so that no other takes its identity.
    private struct Unit {
        let source: RowBlock
        let rows: RowBlock
    }

    /// The rows of a block that are zero, from its first. The block is kept, as a unit's.
    private struct Zeros {
        let source: RowBlock
        let rows: [Int]
    }

    /// The rows of the dataset's items, the most popular first, equal ones in their order.
    func popularFirst(_ popularity: FixedNumbers<Float>) -> [Int] {
        if let order { return order }
        let made = popularity.withElements { shares in
            shares.indices.sorted { (shares[$0], $1) > (shares[$1], $0) }
        }
        order = made
        return made
    }

    /// The mean over the items that a run was opened with: [width].
    func mean(of score: Score) throws -> [Double] {
        if let mean { return mean }
        let made = try withTensorErrors { try withoutGradients { try Self.mean(of: score.items) } }
        mean = made
        return made
    }

    private static func mean(of rows: Tensor) throws -> [Double] {
        let count = rows.size(0)
        var sums = Tensor.zeros([rows.size(1)], dtype: .float64)
        for first in stride(from: 0, to: count, by: RowBlock.usualCount) {
            let block = rows.narrowed(0, first..<min(count, first + RowBlock.usualCount))
            sums = sums + block.to(.cpu).to(.float64).sum(along: 0)
        }
        return try (sums / Double(max(1, count))).checked().array()
    }

    /// What makes item vectors.
    func side(_ make: () throws -> ItemSide) rethrows -> ItemSide {
        if let side { return side }
        let made = try make()
        side = made
        return made
    }

    /// The towers; nil for a network of one part.
    func towers(of tower: any ItemTower, itemCount: Int) throws -> Towers? {
        if let towers { return towers }
        var (names, sums): ([String], [Double]) = ([], [])
        try eachBlock(of: itemCount) { items in
            let parts = try tower.parts(of: items)
            names = parts.map(\.name)
            let rows = try Self.joined(parts).to(.float64).sum(along: 0).checked().array() as [Double]
            sums = sums.isEmpty ? rows : zip(sums, rows).map(+)
        }
        guard names.count > 1 else { return nil }
        towers = Towers(names: names, width: tower.width, mean: sums.map { $0 / Double(max(1, itemCount)) })
        return towers
    }

    /// What the towers add to the vectors of some items of the run, side by side; in the order of the items.
    func towerRows(_ items: [Int], of tower: any ItemTower) throws -> [Int: [Float]] {
        guard !items.isEmpty else { return [:] }
        let ordered = Set(items).sorted()
        let rows = try withTensorErrors {
            try withoutGradients { try Self.joined(tower.parts(of: Tensor(ordered.map(Int64.init)))).checked().floats() }
        }
        let width = rows.count / ordered.count
        return Dictionary(
            uniqueKeysWithValues: ordered.enumerated().map { ($1, Array(rows[$0 * width..<($0 + 1) * width])) })
    }

    /// What the towers add to the vectors of all items of the run.
    func towerTable(of tower: any ItemTower, itemCount: Int) throws -> ExactSearch {
        if let towerTable { return towerTable }
        var blocks: [Tensor] = []
        try eachBlock(of: itemCount) { blocks.append(try Self.joined(tower.parts(of: $0)).checked()) }
        let made = try withTensorErrors { try ExactSearch(Tensor.concatenated(blocks, along: 0)) }
        towerTable = made
        return made
    }

    private func eachBlock(of itemCount: Int, _ body: (_ items: Tensor) throws -> Void) throws {
        let block = 1024
        for first in stride(from: 0, to: itemCount, by: block) {
            try withTensorErrors { try withoutGradients { try body(.range(first..<min(itemCount, first + block))) } }
        }
    }

    /// What the towers add, side by side: [items, towers x width].
    private static func joined(_ parts: [(name: String, vectors: Tensor)]) -> Tensor {
        parts.isEmpty ? .zeros([0]) : .concatenated(parts.map { $0.vectors.to(.cpu) }, along: 1)
    }

    /// Some columns of a search's rows, divided by their lengths; rows of zeros stay as they are.
    ///
    /// - Parameter name: what these columns are called, for the next time: only blocks that have changed are computed again.
    func unit(_ search: ExactSearch, _ columns: Range<Int>, as name: String) throws -> ExactSearch {
        let before = units[name] ?? [:]
        var now: [ObjectIdentifier: Unit] = [:]
        var first = 0
        var blocks: [RowBlock] = []
        for block in search.blocks {
            let id = ObjectIdentifier(block)
            let unit = try before[id] ?? Unit(source: block, rows: Self.unit(block, columns, first: first))
            now[id] = unit
            blocks.append(unit.rows)
            first += block.count
        }
        units[name] = now
        return ExactSearch(blocks, width: columns.count)
    }

    /// The rows of which some columns are zero: of items without a picture, for instance.
    ///
    /// - Parameter name: as ``unit(_:_:as:)``.
    func zeros(_ search: ExactSearch, _ columns: Range<Int>, as name: String) -> RowSet {
        let before = zeros[name] ?? [:]
        var now: [ObjectIdentifier: Zeros] = [:]
        var found = RowSet(capacity: search.count)
        var first = 0
        for block in search.blocks {
            let id = ObjectIdentifier(block)
            let known = before[id] ?? Zeros(source: block, rows: Self.zeros(block, columns))
            now[id] = known
            for row in known.rows { found.insert(first + row) }
            first += block.count
        }
        zeros[name] = now
        return found
    }

    private static func zeros(_ block: RowBlock, _ columns: Range<Int>) -> [Int] {
        block.withRows { rows in
            (0..<block.count).filter { row in
                rows[row * block.width + columns.lowerBound..<row * block.width + columns.upperBound].allSatisfy { $0 == 0 }
            }
        }
    }

    private static func unit(_ block: RowBlock, _ columns: Range<Int>, first: Int) throws -> RowBlock {
        let numbers = block.withRows { rows in
            (0..<block.count).flatMap { row in
                ServedModel.unit(Array(rows[row * block.width + columns.lowerBound..<row * block.width + columns.upperBound]))
            }
        }
        return try numbers.withUnsafeBufferPointer { try RowBlock(copying: $0, width: columns.count, first: first) }
    }
}
