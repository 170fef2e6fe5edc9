import Files

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
    public func part(_ range: Range<Int>) -> MappedArray {
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
