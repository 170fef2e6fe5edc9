import ArgumentParser

/// `measure`: one measurement in one process, as JSON on standard output; Tools/Speed/bench puts them side by side with PyTorch's.
@main struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure the machine, training on a dataset with two stores of hidden states, exact search, or serving.",
        subcommands: [
            MachineCommand.self, WorkCommand.self, TrainingCommand.self, LossesCommand.self, SearchCommand.self,
            ServingCommand.self,
        ])
}
