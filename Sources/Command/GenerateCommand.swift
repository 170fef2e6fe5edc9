import World
import ArgumentParser
import Foundation
import IISAN

/// `iisan data generate`: makes a world with known tastes and a known ceiling.
struct GenerateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a world of items with pictures and titles, users with known tastes, and a known ceiling.",
        discussion: """
            The same options give the same bytes. The folder gets users.tsv, items.tsv and pictures/, which "iisan data import" \
            reads, and attributes.tsv and world.json with what only the generator knows. Time grows with users and items, not with \
            their product: worlds of 10 million items and 100 million interactions are made in minutes.

              iisan data generate world
              iisan data generate scientific --items 20314 --users 12076 --picture-size 0 \
                --shortest-history 5 --mean-history 6.77 --longest-history 200 --history-tail power --popularity-exponent 0.4 --new-items 0
              iisan data generate large --items 10000000 --users 10000000 --picture-size 0
            """)

    @Argument(help: "The folder to make.", completion: .directory)
    var folder: String

    @Option(help: "The seed that all comes from.")
    var seed: UInt64 = WorldOptions().seed

    @Option(help: "How many items.")
    var items = WorldOptions().items

    @Option(help: "How many users.")
    var users = WorldOptions().users

    @Option(help: "The fewest items of a history.")
    var shortestHistory = WorldOptions().shortestHistory

    @Option(help: "The most items of a history.")
    var longestHistory = WorldOptions().longestHistory

    @Option(help: "The mean number of items of a history; left out, all lengths are equally likely.")
    var meanHistory: Double?

    @Option(help: "How lengths fall off when they have a mean: geometric, the default, or power, with a few very long ones.")
    var historyTail: HistoryTail?

    @Option(
        help:
            "How much more popular some items are: the r-th weighs r to the power of minus this, 0 to 1.2; left out, about alike."
    )
    var popularityExponent: Double?

    @Option(help: "The share of items that came out too late to be in training, 0 to 0.5.")
    var newItems = WorldOptions().newItemShare

    @Option(help: "Width and height of the pictures in pixels; 0 for none.")
    var pictureSize = WorldOptions().pictureSize

    @Flag(help: "Take the place of an older folder.")
    var replace = false

    @OptionGroup var output: OutputOptions

    func run() throws {
        let options = WorldOptions(
            seed: seed, items: items, users: users, shortestHistory: shortestHistory, longestHistory: longestHistory,
            meanHistory: meanHistory, historyTail: historyTail, popularityExponent: popularityExponent, newItemShare: newItems,
            pictureSize: pictureSize)
        let world = try World(options)
        let observer = Console(stoppable: true).observer
        let card = try world.write(
            to: URL(filePath: folder), replacing: replace, progress: observer.onProgress, stop: observer.stop)
        try output.format.print(card, text: text(card))
    }

    private func text(_ card: WorldCard) -> String {
        func percent(_ share: Double) -> String { String(format: "%.2f %%", 100 * share) }
        return """
            \(items) items and \(users) users in \(folder)
            The best that can be expected, measured on \(card.ceiling.users) users: HR@10 \(percent(card.ceiling.hitRate10)), \
            NDCG@10 \(percent(card.ceiling.ndcg10))
            """
    }
}

extension HistoryTail: ExpressibleByArgument {}
