import ArgumentParser
import Foundation
import IISAN

/// `iisan config`: a commented configuration.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Print a commented configuration with every setting, or the effective one of a file.",
        discussion: """
            iisan config > config.yaml
            iisan config config.yaml --set train.epochs=3
            """)

    @Argument(help: "A configuration file; without one the defaults are printed.", completion: .file())
    var configuration: String?

    @Option(
        name: .customLong("set"), parsing: .singleValue,
        help: ArgumentHelp(
            "A setting that comes before the file's, as train.epochs=3; may be given often.", valueName: "key=value"))
    var overrides: [String] = []

    func run() throws {
        guard let configuration else {
            print(try Configuration.example(overrides: overrides).yaml, terminator: "")
            return
        }
        print(try Configuration(URL(filePath: configuration), overrides: overrides).yaml, terminator: "")
    }
}
