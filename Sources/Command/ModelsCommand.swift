import ArgumentParser

/// `iisan models`: encoders.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "See and fetch the encoders that encoding can use.",
        subcommands: [ModelsListCommand.self, ModelsShowCommand.self, ModelsPullCommand.self])
}
