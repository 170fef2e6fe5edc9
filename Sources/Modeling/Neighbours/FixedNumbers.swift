package import Files

/// Numbers that never change, in an array or in a mapped file.
package struct FixedNumbers<Number: BitwiseCopyable & Sendable>: RandomAccessCollection, Sendable {
    private let storage: Storage

    private enum Storage: Sendable {
        case array([Number])
        case file(Mapped)
    }

    /// A part of a file, which stays mapped as long as this lives.
    private struct Mapped: Sendable {
        let file: MappedFile
        nonisolated(unsafe) let elements: UnsafeBufferPointer<Number>
    }

    /// Keeps an array.
    package init(_ numbers: [Number]) { storage = .array(numbers) }

    /// Reads a tensor of a safetensors file in place.
    ///
    /// - Parameter type: the type's name in the file, as in `F32`.
    /// - Throws: ``UserError`` when it is missing or of another type.
    package init(_ name: String, type: String, in file: SafetensorsFile) throws {
        storage = .file(Mapped(file: file.file, elements: try file.elements(name, type: type, as: Number.self)))
    }

    /// The first index, always 0.
    package var startIndex: Int { 0 }
    /// One past the last index.
    package var endIndex: Int { withElements(\.count) }
    /// One of the numbers.
    package subscript(index: Int) -> Number { withElements { $0[index] } }

    /// Lends all numbers; the pointer must not outlive the call.
    package func withElements<Result>(_ body: (UnsafeBufferPointer<Number>) throws -> Result) rethrows -> Result {
        switch storage {
        case .array(let numbers): try numbers.withUnsafeBufferPointer(body)
        case .file(let mapped): try withExtendedLifetime(mapped.file) { try body(mapped.elements) }
        }
    }
}
