import ArgumentParser

/// `iisan data`: datasets.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Make, check and generate datasets.",
        subcommands: [ImportCommand.self, CheckCommand.self, GenerateCommand.self])
}
