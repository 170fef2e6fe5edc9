import ArgumentParser
import Foundation
import IISAN

/// The file of a study, and how its result is printed.
struct StudyCommandOptions: ParsableArguments {
    @Argument(help: "The study's file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var output: OutputOptions

    /// Makes the study and prints its result.
    func run(_ plan: (URL) throws -> Study) throws {
        try report { try plan($0).run(using: ProcessRunner(), observer: $1) }
    }

    /// Prints the result of a study; ends with code 1 where a run failed.
    func report(_ make: (URL, Pipeline.Observer) throws -> StudyResult) throws {
        let console = Console(stoppable: true)
        let result = try make(URL(filePath: file), console.observer)
        try output.format.print(result, text: result.text)
        if !result.isWhole { throw ExitCode(1) }
    }
}
