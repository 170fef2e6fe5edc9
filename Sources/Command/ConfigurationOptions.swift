import ArgumentParser
import Foundation
import IISAN

/// The configuration file and the settings that come before it.
struct ConfigurationOptions: ParsableArguments {
    @Argument(help: "The configuration file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var configuration: String

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A setting that comes before the file's, as train.epochs=3; may be given often.", valueName: "key=value"))
    var overrides: [String] = []

    /// The stages as configured, told to a console.
    func pipeline(_ console: Console) throws -> Pipeline {
        let file = URL(filePath: configuration)
        return try Pipeline(Configuration(file, overrides: overrides), file: file, observer: console.observer)
    }
}
