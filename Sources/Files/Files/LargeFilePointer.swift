import Foundation

/// The small text that Git keeps in place of a large file, where the file itself was not fetched.
package enum LargeFilePointer {
    private static let head = Array("version https://git-lfs.github.com/spec/".utf8)

    /// Checks that bytes are those of a file and not of a pointer to it.
    ///
    /// - Throws: ``UserError`` for a pointer.
    package static func check(_ bytes: UnsafeRawBufferPointer, at place: String) throws {
        guard bytes.count < 1024, bytes.starts(with: head) else { return }
        throw UserError(
            "a pointer of Git LFS, not the file itself", at: place,
            remedy: "In the folder of the clone: git lfs install, then git lfs pull. Or fetch it with: iisan models pull NAME")
    }

    /// Checks all of some files of a folder that are there.
    ///
    /// - Throws: ``UserError`` for a pointer.
    package static func check(_ names: [String], in folder: URL) throws {
        for name in names {
            let url = folder.appending(path: name)
            guard let file = try? FileHandle(forReadingFrom: url) else { continue }
            defer { try? file.close() }
            let start = (try? file.read(upToCount: head.count)) ?? Data()
            guard start.elementsEqual(head) else { continue }
            try MappedFile(url).withBytes { try check($0, at: url.path) }
        }
    }
}
