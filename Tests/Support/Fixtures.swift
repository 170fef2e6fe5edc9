import Foundation

/// A file or folder of the repository's `Fixtures`.
///
/// - Parameter path: below `Fixtures`, as in `StateFiles/tensor.pt`.
package func fixture(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Fixtures/\(path)")
}
