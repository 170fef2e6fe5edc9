public import ArgumentParser
import Foundation
import IISAN

/// `iisan data`: datasets.
struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Make, check and generate datasets.",
        subcommands: [ImportCommand.self, AppendCommand.self, CheckCommand.self, GenerateCommand.self])
}

/// `iisan data check`: what can be said about a dataset before anything is trained on it.
struct CheckCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Validate a dataset directory and summarise it.",
        discussion: "Counts, lengths, what is missing or repeated, targets that cannot be reached; each problem with its place."
    )

    @Argument(help: "The dataset directory.", completion: .directory)
    var folder: String

    @Option(help: "Users with fewer interactions are left out of the split.")
    var minimumItems = SplitOptions().minimumItems

    @Option(help: "At most this many of a user's last interactions are kept.")
    var maximumItems = SplitOptions().maximumItems

    @Option(help: "Whether the last interactions are kept or the whole history: last or whole.")
    var history = SplitOptions.History.last

    @Option(help: "The split: leave-last-two or timestamp.")
    var split = SplitOptions.Kind.leaveLastTwo

    @Option(help: "How many places of each kind of problem are listed.")
    var list = 10

    @OptionGroup var output: OutputOptions

    func run() throws {
        let dataset = try Dataset.open(URL(filePath: folder))
        var options = SplitOptions(kind: split, minimumItems: minimumItems, maximumItems: maximumItems)
        options.history = history
        let check = try DatasetCheck(dataset, options, limit: list)
        try output.format.print(check, text: check.text)
    }
}

extension SplitOptions.Kind: ExpressibleByArgument {}
extension SplitOptions.History: ExpressibleByArgument {}
