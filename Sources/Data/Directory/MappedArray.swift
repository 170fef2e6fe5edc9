import Files

/// The elements of a tensor in a mapped file, read in place: a part of it costs no copy, and the mapping lives as long as any part.
public struct MappedArray<Element: BitwiseCopyable & Sendable>: RandomAccessCollection, Sendable {
    private let file: MappedFile
    // Points into `file`, which never changes its bytes after it was opened.
    nonisolated(unsafe) private let elements: UnsafeBufferPointer<Element>

    init(_ elements: UnsafeBufferPointer<Element>, of file: MappedFile) {
        self.file = file
        self.elements = elements
    }

    /// The first index, always 0.
    public var startIndex: Int { 0 }
    /// One past the last index.
    public var endIndex: Int { elements.count }

    /// The element at `index`.
    public subscript(index: Int) -> Element {
        precondition(index >= 0 && index < elements.count, "index \(index) of \(elements.count)")
        return withExtendedLifetime(file) { elements[index] }
    }

    /// A part, with indices from 0, over the same mapped bytes.
    public func part(_ range: Range<Int>) -> MappedArray {
        precondition(range.lowerBound >= 0 && range.upperBound <= elements.count, "\(range) of \(elements.count)")
        return MappedArray(UnsafeBufferPointer(rebasing: elements[range]), of: file)
    }

    /// Calls `body` with the elements; the pointer must not outlive the call.
    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Element>) throws -> Result
    ) rethrows -> Result? {
        try withExtendedLifetime(file) { try body(elements) }
    }
}
