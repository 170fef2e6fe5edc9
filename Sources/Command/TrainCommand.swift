import ArgumentParser
import IISAN

/// `iisan train`: the side networks and the user encoder.
struct TrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train on the stored hidden states, or go on with a run that was stopped.",
        discussion: """
            Ctrl-C stops between two steps, and the same command goes on from there to the same numbers.

            iisan train config.yaml --set train.method=id --set train.run=runs/id
            """)

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "A run of other settings or data in the same folder gives way.")
    var replace = false

    func run() throws {
        let pipeline = try options.pipeline(Console(stoppable: true))
        try pipeline.train(replacing: replace)
        try Output.result(pipeline.run.folder.path)
    }
}
