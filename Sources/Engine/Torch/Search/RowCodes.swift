import CTorch
import Files

/// The middle and spread of a catalogue's columns, by which its rows are put into codes of 8 bits.
///
/// Any numbers are right: they decide how tight the bounds are that the codes give, and nothing else.
final class RowCoding: Sendable {
    let means: FixedMemory<Float>
    let deviations: FixedMemory<Float>

    /// Looks at some thousand rows, spread over all blocks.
    init(_ blocks: [RowBlock], width: Int) {
        let total = blocks.reduce(0) { $0 + $1.count }
        let step = max(1, total / 8192)
        var sums = [Double](repeating: 0, count: width)
        var squares = [Double](repeating: 0, count: width)
        var seen = 0.0
        for block in blocks {
            for row in stride(from: 0, to: block.count, by: step) {
                for column in 0..<width {
                    let value = Double(block.vectors[row * width + column])
                    sums[column] += value
                    squares[column] += value * value
                }
                seen += 1
            }
        }
        let count = max(1, seen)
        means = FixedMemory(sums.map { Float($0 / count) })
        deviations = FixedMemory(
            zip(sums, squares).map { sum, square in
                let deviation = Float(max(0, square / count - (sum / count) * (sum / count)).squareRoot())
                return deviation > 1e-30 && deviation.isFinite ? deviation : 1
            })
    }
}

/// The codes of a block's rows.
final class RowCodes: Sendable {
    let coding: RowCoding
    let codes: FixedMemory<UInt8>
    let scales: FixedMemory<Float>

    init(_ block: RowBlock, _ coding: RowCoding) throws {
        let group = CTORCH_SEARCH_GROUP
        let rows = (block.count + group - 1) / group * group
        self.coding = coding
        codes = FixedMemory(count: rows * ((block.width + 3) / 4 * 4))
        scales = FixedMemory(count: 3 * rows)
        guard
            ctorch.search_codes(
                block.vectors, Int64(block.count), Int64(block.width), coding.means.start, coding.deviations.start, codes.start,
                scales.start)
        else { throw UserError("the rows could not be put into codes: \(Failure.lastMessage)") }
    }
}
