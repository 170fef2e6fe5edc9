package import Foundation

/// Files that opening would wait for.
package enum NamedPipe {
    /// Refuses a named pipe: where nobody writes it, opening it would wait for ever, and no signal would end that at a safe point.
    ///
    /// A pipe that has no name, as the standard input and `<(command)` of a shell, has a writer and is taken.
    ///
    /// - Throws: ``UserError``.
    package static func refuse(_ url: URL) throws {
        var status = stat()
        guard stat(url.path, &status) == 0, status.st_mode & S_IFMT == S_IFIFO else { return }
        guard let path = realpath(url.path, nil) else { return }
        free(path)
        throw UserError(
            "is a named pipe, which may have no writer", at: url.path, remedy: "Give the path of a file, or <(command).")
    }
}
