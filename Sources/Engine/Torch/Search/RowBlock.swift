import CTorch
package import Files
import Foundation

/// Rows of float32 in memory that nobody writes to any more, ready to be searched.
///
/// Blocks are what a catalogue is made of: another catalogue that differs in some rows shares all other blocks.
package final class RowBlock: Sendable {
    /// How many rows there are.
    package let count: Int
    /// How many numbers a row has.
    package let width: Int
    // Points into what `owner` keeps, which never changes.
    nonisolated(unsafe) let vectors: UnsafePointer<Float>
    private let owner: any Sendable
    private let lengthMemory: FixedMemory<Float>

    /// The rows of a block but the last of a search: few enough to be copied where one of them changes, a multiple of what the kernel looks
    /// at together.
    package static let usualCount = 4096

    /// How many lengths belong to some rows.
    package static func lengthCount(rows: Int) -> Int { (rows + CTORCH_SEARCH_PIECE - 1) / CTORCH_SEARCH_PIECE }

    /// Copies rows.
    ///
    /// - Parameters:
    ///   - rows: row by row [count x width].
    ///   - first: the number of the first row, for the message.
    /// - Throws: ``UserError`` where a number is not finite.
    package convenience init(copying rows: UnsafeBufferPointer<Float>, width: Int, first: Int = 0) throws {
        let memory = FixedMemory(rows)
        try self.init(
            UnsafeRawBufferPointer(start: memory.start, count: rows.count * MemoryLayout<Float>.size), width: width,
            owner: memory, first: first, lengths: nil)
    }

    /// Takes rows of a mapped file.
    ///
    /// - Parameters:
    ///   - bytes: where in the file they are; a multiple of a row, on a boundary of four bytes.
    ///   - lengths: what an earlier block of these rows had as ``lengths``, which saves reading them all; nil computes them.
    /// - Throws: ``UserError`` where a number is not finite.
    package convenience init(
        _ file: MappedFile, _ bytes: Range<Int>, width: Int, first: Int = 0, lengths: [Float]? = nil
    ) throws {
        try self.init(
            UnsafeRawBufferPointer(rebasing: file.bytes[bytes]), width: width, owner: file, first: first, lengths: lengths)
    }

    private init(
        _ bytes: UnsafeRawBufferPointer, width: Int, owner: any Sendable, first: Int, lengths known: [Float]?
    ) throws {
        precondition(width > 0 && bytes.count % (4 * width) == 0, "\(bytes.count) bytes in rows of \(width) numbers")
        self.width = width
        self.owner = owner
        count = bytes.count / (4 * width)
        vectors =
            bytes.baseAddress?.assumingMemoryBound(to: Float.self)
            ?? UnsafePointer(bitPattern: MemoryLayout<Float>.alignment)!
        lengthMemory = FixedMemory(count: Self.lengthCount(rows: count))
        if let known {
            precondition(known.count == lengthMemory.count, "\(known.count) lengths of \(count) rows")
            lengthMemory.fill(known)
            return
        }
        var isFinite = true
        guard ctorch.search_lengths(vectors, Int64(count), Int64(width), lengthMemory.start, &isFinite) else {
            throw UserError("the rows could not be read: \(Failure.lastMessage)")
        }
        guard isFinite else {
            let place = (0..<count * width).first { !vectors[$0].isFinite } ?? 0
            throw UserError(
                "the vector of row \(first + place / width) has a number that is not finite",
                remedy: "Training has diverged: lower the learning rates. Or a state in a store is not a number.")
        }
    }

    /// The greatest length among the rows of each piece.
    package var lengths: [Float] { lengthMemory.array }

    /// The block as the kernel takes it; valid as long as the block and the codes live.
    func lent(_ codes: RowCodes?) -> CTorchSearchBlock {
        CTorchSearchBlock(
            vectors: vectors, lengths: lengthMemory.start, rows: Int64(count),
            codes: codes.map { UnsafePointer($0.codes.start) },
            scales: codes.map { UnsafePointer($0.scales.start) })
    }

    /// Lends the numbers, row by row.
    package func withRows<Result>(_ body: (UnsafeBufferPointer<Float>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(UnsafeBufferPointer(start: vectors, count: count * width)) }
    }
}

/// Memory of its own for numbers, which starts at a line of the cache; what is written to it is written before anyone else knows of it.
final class FixedMemory<Number: BitwiseCopyable & Sendable>: Sendable {
    nonisolated(unsafe) let start: UnsafeMutablePointer<Number>
    let count: Int

    init(count: Int) {
        self.count = count
        start = UnsafeMutableRawPointer.allocate(byteCount: max(64, count * MemoryLayout<Number>.stride), alignment: 64)
            .bindMemory(to: Number.self, capacity: count)
    }

    convenience init(_ numbers: some Collection<Number>) {
        self.init(count: numbers.count)
        fill(numbers)
    }

    deinit { UnsafeMutableRawPointer(start).deallocate() }

    func fill(_ numbers: some Collection<Number>) {
        precondition(numbers.count == count)
        _ = UnsafeMutableBufferPointer(start: start, count: count).initialize(fromContentsOf: numbers)
    }

    var array: [Number] { Array(UnsafeBufferPointer(start: start, count: count)) }
}
