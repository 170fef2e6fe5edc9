import ArgumentParser
import Foundation
import IISAN

/// `iisan recommend`: the next items after a history.
struct RecommendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Print the best items after a history of items.",
        discussion: """
            A user is nothing but a history: no user id is needed.

            iisan recommend runs/demo --history 12,7,31 --top 5
            iisan recommend runs/demo --history 12,7,31 --format json
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: "Item ids, oldest first, with commas between them.")
    var history: String

    @Option(help: "How many items.")
    var top = 10

    @Flag(
        help: ArgumentHelp(
            "The dataset may hold other items than the run was trained on; for methods without a vector of its own per item."))
    var newItems = false

    @Flag(help: "Items of the history may be recommended again.")
    var keepSeen = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let ids = history.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let found = try pipeline.served(newItems: newItems).recommend([ids], top: top, keepingSeen: keepSeen)[0]
        try output.format.print(found, text: Self.table(found))
    }

    private static func table(_ recommendations: [Recommendation]) -> String {
        let width = recommendations.map(\.item.count).max() ?? 0
        return recommendations.map { row in
            let rank = String(repeating: " ", count: max(0, 3 - "\(row.rank)".count)) + "\(row.rank)"
            let item = row.item.padding(toLength: width, withPad: " ", startingAt: 0)
            return "\(rank)  \(String(format: "%8.4f", row.score))  \(item)  \(row.title ?? "")"
        }.joined(separator: "\n")
    }
}
