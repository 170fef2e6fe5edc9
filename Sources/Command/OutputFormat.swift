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
    func print(_ value: some Encodable, text: @autoclosure () throws -> String) throws {
        switch self {
        case .text: Swift.print(try text())
        case .json: FileHandle.standardOutput.write(try JSONFile.encode(value))
        }
    }
}

/// The option `--format`.
struct OutputOptions: ParsableArguments {
    @Option(help: "How the result is printed: text or json.")
    var format = OutputFormat.text
}
