import ArgumentParser
import Foundation
import IISAN

/// `iisan evaluate`: ranks of a trained run.
struct EvaluateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Rank the whole catalogue for every user of a split and print the evaluation card.",
        discussion: "Also writes result.json into the run's folder.")

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: "Which targets the card is about: validation or test.")
    var split = Split.Part.test

    @OptionGroup var output: OutputOptions

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console(stoppable: true).observer)
        let result = try pipeline.evaluate()
        try output.format.print(
            split == .test ? result.test : result.validation, text: Self.text(result, split, of: pipeline.run.folder))
    }

    /// A result for people: its card, or its cost where nothing was ranked.
    static func text(_ result: RunResult, _ part: Split.Part, of run: URL) -> String {
        if let card = part == .test ? result.test : result.validation { return "\(run.path)\n\n\(card.text)" }
        let cost = result.cost.map { "\(String(format: "%.2f", $0.secondsPerStep)) s a step, nothing was ranked" }
        return "\(run.path)\n\n\(result.method): \(cost ?? "nothing was ranked")\n"
    }
}

extension Split.Part: ExpressibleByArgument {}
