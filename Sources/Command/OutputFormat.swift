import ArgumentParser
import Files
import Foundation

/// How results are printed.
enum OutputFormat: String, CaseIterable, ExpressibleByArgument {
    /// For people.
    case text
    /// For machines.
    case json

    /// Prints a result in this form.
    ///
    /// - Throws: ``UserError`` when it cannot be written.
    func print(_ value: some Encodable, text: @autoclosure () throws -> String) throws {
        switch self {
        case .text: try Output.result(text())
        case .json:
            try Output.result(
                String(decoding: JSONFile.encode(value), as: UTF8.self).showingControlsOfJSON, terminator: "")
        }
    }
}

/// The option `--format`.
struct OutputOptions: ParsableArguments {
    @Option(help: "How the result is printed: text or json.")
    var format = OutputFormat.text
}
