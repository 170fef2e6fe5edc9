import Files

/// Paths of pictures below the pictures root.
enum PicturePath {
    /// Whether a path stays below the folder it starts from: relative, without `..` and without a NUL byte.
    static func isConfined(_ path: String) -> Bool {
        !path.isEmpty && !path.hasPrefix("/") && !path.utf8.contains(0)
            && !path.split(separator: "/").contains("..")
    }

    /// Checks that a path stays below the pictures root.
    ///
    /// - Throws: ``UserError`` when it does not.
    static func check(_ path: String, at place: String) throws {
        guard isConfined(path) else {
            throw UserError(
                "the picture path \(path.quoted) leaves the pictures folder", at: place,
                remedy: "Give paths below the pictures folder, without \"..\".")
        }
    }
}
