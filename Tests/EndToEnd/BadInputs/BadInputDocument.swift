import Files
import Foundation
import IISAN

/// `BadInputs.md`: the catalogue as users read it, a table per area.
enum BadInputDocument {
    /// Where it lies.
    static let file = CommandLine.root.appending(path: "Sources/IISAN/IISAN.docc/BadInputs.md")

    /// Whether the tests write it instead of comparing with it.
    static var isWritten: Bool { ProcessInfo.processInfo.environment["IISAN_WRITE_CATALOGUE"] == "1" }

    /// Its lines.
    static func lines() throws -> [String] {
        try String(contentsOf: file, encoding: .utf8).components(separatedBy: "\n")
    }

    /// The first columns of a row: input and command.
    static func start(of row: BadInput) -> String { "| \(text(row.input)) | \(code("iisan \(row.command)")) | " }

    /// A row as a line of its table.
    static func line(_ row: BadInput, _ message: String) -> String {
        let parts = message.split(separator: "\n").map { code($0.trimmingCharacters(in: .whitespaces)) }
        return "\(start(of: row))\(parts.joined(separator: " ")) | \(row.code) |"
    }

    /// Writes the document.
    ///
    /// - Parameter message: what the command says to a row.
    /// - Throws: ``UserError`` for a row that was not run.
    static func write(_ message: (BadInput) -> String?) throws {
        var text = introduction
        for area in BadInput.areas {
            text += "\n## \(area.title)\n\n| input | command | message | code |\n| --- | --- | --- | --- |\n"
            for row in area.rows {
                guard let message = message(row) else {
                    throw UserError("has no message: run all rows to write the document", at: row.input)
                }
                text += line(row, message) + "\n"
            }
        }
        try AtomicFile.write(text, to: file)
    }

    private static var introduction: String {
        """
        # Bad inputs

        What the command says to \(BadInput.all.count) inputs that it cannot use.

        ## Overview

        Each row is a test: a folder is made as the first column says, the command is called there, and its message and exit code are
        those of the row. Nothing half-written is left, and every file that was there is as it was.

        `…` is the folder in which the command is called. Where a row speaks of what a shop has, its raw files lie in `world`, and as
        far as the row needs them there are a `dataset`, hidden `states`, a trained run in `runs/iisan` and a `config.yaml` for all.
        The second line of a message stands in a span of its own. The usage that follows a wrong command line is left out.
        `HF_HUB_OFFLINE` is 1: no network is used.

        `make bad-inputs` writes this page.

        """
    }

    /// A text as a code span of a table.
    private static func code(_ text: String) -> String {
        let fence = text.contains("`") ? "``" : "`"
        let space = text.hasPrefix("`") || text.hasSuffix("`") ? " " : ""
        return "\(fence)\(space)\(text.replacing("|", with: "\\|"))\(space)\(fence)"
    }

    /// A plain text of a table.
    private static func text(_ text: String) -> String { text.replacing("|", with: "\\|") }
}
