import Files
import Foundation

/// The elements of a tensor in a mapped file, read in place: a part of it costs no copy, and the mapping lives as long as any part.
public struct MappedArray<Element: BitwiseCopyable & Sendable>: RandomAccessCollection, Sendable {
    private let owner: ElementOwner
    // Points into what `owner` keeps, which never changes after it was made.
    nonisolated(unsafe) private let elements: UnsafeBufferPointer<Element>

    init(_ elements: UnsafeBufferPointer<Element>, of file: MappedFile) {
        self.init(elements, owner: ElementOwner(file: file, copy: nil))
    }

    private init(_ elements: UnsafeBufferPointer<Element>, owner: ElementOwner) {
        self.owner = owner
        self.elements = elements
    }

    /// The same of elements that are in no file.
    init(copying elements: [Element]) {
        let copy = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = copy.initialize(from: elements)
        self.init(UnsafeBufferPointer(copy), owner: ElementOwner(file: nil, copy: UnsafeMutableRawBufferPointer(copy)))
    }

    /// The first index, always 0.
    public var startIndex: Int { 0 }
    /// One past the last index.
    public var endIndex: Int { elements.count }

    /// The element at `index`.
    public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < elements.count, "index \(index) of \(elements.count)")
        return withExtendedLifetime(owner) { elements[index] }
    }

    /// A part, with indices from 0, over the same mapped bytes.
    package func part(_ range: Range<Int>) -> MappedArray {
        precondition(range.lowerBound >= 0 && range.upperBound <= elements.count, "\(range) of \(elements.count)")
        return MappedArray(UnsafeBufferPointer(rebasing: elements[range]), owner: owner)
    }

    /// Calls `body` with the elements; the pointer must not outlive the call.
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? { try withElements(body) }

    /// Calls `body` with the elements; the pointer must not outlive the call.
    func withElements<Result>(_ body: (UnsafeBufferPointer<Element>) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(owner) { try body(elements) }
    }
}

/// Keeps the memory of elements: a mapped file, or a copy of its own.
private final class ElementOwner: Sendable {
    let file: MappedFile?
    nonisolated(unsafe) let copy: UnsafeMutableRawBufferPointer?

    init(file: MappedFile?, copy: UnsafeMutableRawBufferPointer?) {
        self.file = file
        self.copy = copy
    }

    deinit { copy?.deallocate() }
}

/// The lines of a mapped file, found by their number.
struct MappedLines: Sendable {
    let file: MappedFile
    /// Where each line starts, and the file's size at the end [count + 1].
    let starts: MappedArray<Int64>

    /// How many there are.
    var count: Int { starts.count - 1 }

    /// Calls `body` with the bytes of a line and, if it has one, its line end. Starts that lie outside the file give no bytes.
    func withLine<Result>(_ line: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try file.withBytes { bytes in
            let end = Swift.min(Swift.max(0, Int(starts[line + 1])), bytes.count)
            let start = Swift.min(Swift.max(0, Int(starts[line])), end)
            return try body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
        }
    }

    /// Where a file's lines start, found by reading it.
    static func starts(in file: MappedFile) -> [Int64] {
        file.withBytes { bytes in
            var starts: [Int64] = [0]
            var start = 0
            while start < bytes.count {
                let end = memchr(bytes.baseAddress! + start, Int32(UInt8(ascii: "\n")), bytes.count - start)
                start = end.map { UnsafeRawPointer($0) - bytes.baseAddress! + 1 } ?? bytes.count
                starts.append(Int64(start))
            }
            return starts
        }
    }

    /// Whether the lines start where the file says they do.
    var startsAreTrue: Bool { starts.elementsEqual(Self.starts(in: file)) }
}

/// Memory that is read in no order: by pages of 2 MB the processor finds its way there much faster than by those of 4 KB.
enum LargePages {
    /// Asks the system for large pages, which it may or may not give. Before the memory is used for the first time it costs nothing.
    static func ask(for memory: UnsafeRawBufferPointer) {
        #if os(Linux)
            guard memory.count >= 4 << 20, let base = memory.baseAddress else { return }
            let start = base.alignedUp(toMultipleOf: 4096)
            let end = (base + memory.count).alignedDown(toMultipleOf: 4096)
            madvise(UnsafeMutableRawPointer(mutating: start), end - start, MADV_HUGEPAGE)
        #endif
    }
}
