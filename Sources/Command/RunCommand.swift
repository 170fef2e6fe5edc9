import ArgumentParser
import Foundation
import IISAN

/// `iisan run`: every stage.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Do all stages of a configuration; those whose inputs have not changed are skipped.",
        discussion: "Ctrl-C stops at a safe point, and the same command goes on from there.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = Console(stoppable: true)
        let pipeline = try options.pipeline(console)
        try pipeline.runAll()
        let result = try RunResult.read(from: pipeline.run.result)
        try output.format.print(result, text: EvaluateCommand.text(result, .test, of: pipeline.run.folder))
    }
}
