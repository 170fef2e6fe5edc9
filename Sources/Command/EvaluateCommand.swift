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
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let result = try pipeline.evaluate()
        let card = split == .test ? result.test : result.validation
        try output.format.print(card, text: Self.text(card, of: pipeline.run.folder))
    }

    /// A card for people.
    static func text(_ card: EvaluationCard, of run: URL) -> String { "\(run.path)\n\n\(card.text)" }
}

extension Split.Part: ExpressibleByArgument {}
