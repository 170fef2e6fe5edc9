import Modeling
import Ranking
import Torch

/// What a served model computes once, for the first question that needs it.
final class KnownVectors {
    private var order: [Int]?
    private var mean: [Double]?
    private var side: ItemSide?
    private var towers: Towers?
    private var units: [String: [ObjectIdentifier: Unit]] = [:]
    private var zeros: [String: [ObjectIdentifier: Zeros]] = [:]

    /// What the network's towers add to the vectors of the items that a run was opened with.
    struct Towers {
        /// Their names.
        let names: [String]
        /// Numbers in what each of them adds.
        let width: Int
        /// Their parts of the vectors, side by side.
        let rows: ExactSearch
        /// The means of these numbers.
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

    /// The towers' parts of the vectors; nil for a network of one part.
    func towers(of tower: any ItemTower, itemCount: Int) throws -> Towers? {
        if let towers { return towers }
        let block = 1024
        var names: [String] = []
        let made: Towers? = try withTensorErrors {
            try withoutGradients {
                let blocks = try stride(from: 0, to: itemCount, by: block).map { first -> Tensor in
                    let parts = try tower.parts(of: .range(first..<min(itemCount, first + block)))
                    names = parts.map(\.name)
                    return parts.isEmpty ? .zeros([0]) : .concatenated(parts.map { $0.vectors.to(.cpu) }, along: 1)
                }
                guard names.count > 1 else { return nil }
                let rows = Tensor.concatenated(blocks, along: 0)
                return Towers(names: names, width: tower.width, rows: try ExactSearch(rows), mean: try Self.mean(of: rows))
            }
        }
        towers = made
        return made
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
