import ArgumentParser
import Foundation
import IISAN

/// The file of a study, and how its result is printed.
struct StudyCommandOptions: ParsableArguments {
    @Argument(help: "The study's file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var output: OutputOptions

    /// Makes the study and prints its result; ends with code 1 where a run failed, 130 where it was told to stop.
    func run(_ plan: (URL) throws -> Study) throws {
        let console = Console(stoppable: true)
        let study = try plan(URL(filePath: file))
        guard let result = try study.run(using: ProcessRunner(), observer: console.observer) else { throw ExitCode(130) }
        try output.format.print(result, text: result.text)
        if !result.isWhole { throw ExitCode(1) }
    }
}
