public import ArgumentParser
import Foundation
import IISAN

/// `iisan run`: every stage.
struct RunCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Do all stages of a configuration; those whose inputs have not changed are skipped.",
        discussion: "Ctrl-C stops at a safe point, and the same command continues from there.")

    @OptionGroup var options: ConfigurationOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = Console(stoppable: true)
        let pipeline = try options.pipeline(console)
        try pipeline.checkAlone("run", environment: ProcessInfo.processInfo.environment)
        try pipeline.runAll()
        let result = try RunResult.read(from: pipeline.run.result)
        try output.format.print(result, text: EvaluateCommand.text(result, .test, of: pipeline.run.folder))
    }
}

/// `iisan train`: the side networks and the user encoder.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train on the stored hidden states, or continue a run that was stopped.",
        discussion: """
            Ctrl-C stops between two steps, and the same command continues from there to the same numbers.

            iisan train config.yaml --set train.method=id --set train.run=runs/id

            Several processes share a training where a launcher has started them; the numbers are those of one:

            iisan launch -n 2 -- train config.yaml
            torchrun --nproc-per-node 2 --no-python iisan train config.yaml
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "A run of other settings or data in the same folder is replaced.")
    var replace = false

    @Option(help: "The longest that a process waits for the others of its launcher, in seconds.")
    var timeout = 120.0

    func validate() throws {
        guard (1...86_400).contains(timeout) else { throw ValidationError("--timeout is \(timeout), expected 1 to 86400.") }
    }

    func run() throws {
        let console = Console(stoppable: true)
        if ProcessInfo.processInfo.environment[Launch.variable] != nil { Interrupt.watchInput(console.observer.stop) }
        let pipeline = try options.pipeline(console)
        if try pipeline.trainTogether(replacing: replace, timeout: timeout) { try Output.result(pipeline.run.folder.path) }
    }
}

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
