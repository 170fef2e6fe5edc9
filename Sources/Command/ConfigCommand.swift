import ArgumentParser
import Foundation
import IISAN

/// `iisan config`: a commented configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract:
            "Print a commented configuration with every setting, the effective one of a file, or one for a folder of raw files.",
        discussion: """
            With --from the files of a folder are looked at: which have interactions and items, their columns, separators, encoding \
            and time unit, how many items have a picture; and the encoders in the hub's cache and below the folder. Comments say why \
            each was chosen and what is missing. Where nothing is, "iisan run" takes the configuration as it is.

            iisan config > config.yaml
            iisan config --from raw > config.yaml
            iisan config config.yaml --set train.epochs=3
            """)

    @Argument(help: "A configuration file; without one the defaults are printed.", completion: .file())
    var configuration: String?

    @Option(help: "A folder of raw files to write a configuration for.", completion: .directory)
    var from: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A setting that comes before the file's, as train.epochs=3; may be given often.", valueName: "key=value"))
    var overrides: [String] = []

    func validate() throws {
        if configuration != nil, from != nil { throw ValidationError("Give a configuration file or --from, not both.") }
    }

    func run() throws {
        if let from {
            return try Output.result(Configuration.text(from: URL(filePath: from), overrides: overrides), terminator: "")
        }
        guard let configuration else {
            return try Output.result(Configuration.example(overrides: overrides).yaml, terminator: "")
        }
        try Output.result(Configuration(URL(filePath: configuration), overrides: overrides).yaml, terminator: "")
    }
}

/// The configuration file and the settings that come before it.
struct ConfigurationOptions: ParsableArguments {
    @Argument(help: "The configuration file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var configuration: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A setting that comes before the file's, as train.epochs=3; may be given often.", valueName: "key=value"))
    var overrides: [String] = []

    /// The stages as configured, with messages on a console.
    func pipeline(_ console: Console) throws -> Pipeline {
        let file = URL(filePath: configuration)
        return try Pipeline(Configuration(file, overrides: overrides), file: file, observer: console.observer)
    }
}
