import Files
import ArgumentParser
import Foundation
import IISAN

/// `iisan recommend`: the next items after a history.
struct RecommendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recommend",
        abstract: "Print the best items after a history of items.",
        discussion: """
            A user is nothing but a history: no user id is needed. In --history commas part the ids and spaces around them do not count; \
            an id that has a comma or outer spaces of its own is named by --item, which takes it as it is.

            iisan recommend runs/demo --history 12,7,31 --top 5
            iisan recommend runs/demo --history 12,7,31 --format json
            iisan recommend runs/demo --item "salt, fine" --item "pepper "
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: "Item ids, oldest first, with commas between them.")
    var history: String?

    @Option(
        name: .customLong("item"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "An item id as it is, after those of --history; given often, oldest first.", valueName: "id"))
    var items: [String] = []

    @Option(help: "How many items.")
    var top = 10

    @Flag(
        help: ArgumentHelp(
            "The dataset may hold other items than the run was trained on; for methods without a vector of its own per item."))
    var newItems = false

    @Flag(help: "Items of the history may be recommended again.")
    var keepSeen = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard history != nil || !items.isEmpty else { throw ValidationError("Name the history by --history or --item.") }
    }

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let ids = (history ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } + items
        let found = try pipeline.served(newItems: newItems).recommend([ids], top: top, keepingSeen: keepSeen)[0]
        try output.format.print(found, text: Self.table(found))
    }

    private static func table(_ recommendations: [Recommendation]) -> String {
        let rows = recommendations.map { ["\($0.rank)", String(format: "%.4f", $0.score), $0.item, $0.title ?? ""] }
        return String(TextTable([.right, .right, .left], rows).text.dropLast())
    }
}
