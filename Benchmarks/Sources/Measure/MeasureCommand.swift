import ArgumentParser

/// `measure`: one measurement in one process, as JSON on standard output; Tools/Speed/bench puts them side by side with PyTorch's.
@main struct MeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure",
        abstract: "Measure the machine, or training on a dataset with two stores of hidden states.",
        subcommands: [MachineCommand.self, WorkCommand.self, TrainingCommand.self, LossesCommand.self])
}
