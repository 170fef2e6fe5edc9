import Files
package import Foundation
import Pictures

extension PictureFolder {
    /// In which size a picture is served.
    package enum Size: Sendable, CaseIterable {
        /// Its own.
        case whole
        /// At most 320 pixels a side.
        case thumbnail

        var kind: Kind { self == .whole ? .whole : .thumbnail }
    }

    /// Pixels that a thumbnail's longer side has at most.
    package static let thumbnailSide = 320

    /// A picture as a JPEG that was made from its pixels: when it is first asked for, and kept then.
    ///
    /// - Returns: the file's bytes; nil where there is no picture of this name.
    /// - Throws: ``DatabaseError`` where it cannot be read.
    package func served(_ name: String, as size: Size) async throws -> Data? {
        guard let file = place(name, size.kind), has(name) else { return nil }
        if let made = try? Data(contentsOf: file) { return made }
        guard let bytes = try original(name) else { return nil }
        do {
            let picture = try await picture(bytes, name: name)
            let made = try await onOwnThread {
                switch size {
                case .whole: try picture.jpeg()
                case .thumbnail: try picture.fitted(into: Self.thumbnailSide).jpeg(quality: 80)
                }
            }
            // Where the disk is full, it is made again the next time.
            if (try? space.check(for: made.count)) != nil { try? keep(made, at: file) }
            return made
        } catch let error as UserError {
            // It was read when it was stored: the disk has changed it.
            throw DatabaseError(.failed, error)
        }
    }
}

extension Picture {
    /// The picture, made smaller where a side is longer than allowed.
    fileprivate func fitted(into side: Int) -> Picture {
        let longest = max(width, height)
        guard longest > side else { return self }
        func scaled(_ length: Int) -> Int { max(1, (length * side + longest / 2) / longest) }
        return resized(width: scaled(width), height: scaled(height))
    }
}
