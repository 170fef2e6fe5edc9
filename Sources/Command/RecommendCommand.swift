import Files
import ArgumentParser
import Foundation
import IISAN
import Serving

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

            --reasons says of each item what the parts of the score add to it, against the mean over all items, and what the three items \
            of the history that matter most do: the score less what it would be without that one. The parts add up to the score; effects \
            do not.
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

    @Flag(help: "Say why: what each part adds to a score, and each item of the history.")
    var reasons = false

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard history != nil || !items.isEmpty else { throw ValidationError("Name the history by --history or --item.") }
    }

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let ids = (history ?? "").split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } + items
        let model = try pipeline.served(newItems: newItems)
        var found = try model.recommend([ids], top: top, keepingSeen: keepSeen)[0]
        if reasons {
            var question = Question(ids)
            (question.top, question.keepSeen, question.reasons) = (top, keepSeen, true)
            found = try model.answer(to: question).items
        }
        try output.format.print(found, text: reasons ? Self.reasons(found) : Self.table(found))
    }

    /// The list with what the parts add below each item.
    private static func reasons(_ recommendations: [Recommendation]) -> String {
        recommendations.map { item in
            func amount(_ number: Double, _ name: String) -> String { String(format: "%+.2f ", number) + name }
            var lines = [table([item])]
            if let reasons = item.reasons {
                let parts = reasons.parts.map { amount($0.adds, $0.part) }.joined(separator: "  ")
                lines.append("      mean \(String(format: "%.2f", reasons.mean))  \(parts)")
                let effects = reasons.history.sorted { abs($0.effect) > abs($1.effect) }.prefix(3)
                lines.append("      history: " + effects.map { amount($0.effect, $0.item) }.joined(separator: "  "))
            }
            return lines.joined(separator: "\n")
        }.joined(separator: "\n")
    }

    private static func table(_ recommendations: [Recommendation]) -> String {
        let rows = recommendations.map { ["\($0.rank)", String(format: "%.4f", $0.score), $0.item, $0.title ?? ""] }
        return String(TextTable([.right, .right, .left], rows).text.dropLast())
    }
}
