import ArgumentParser
import Files
import Foundation
import IISAN
import Serving

/// `iisan similar`: items like an item.
struct SimilarCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "similar",
        abstract: "Print the items most like an item.",
        discussion: """
            By all they are compared with the vectors that the network has learnt, by text or image with what one modality says, by \
            neighbours with how often they stand near each other in histories.

              iisan similar runs/demo --item 12
              iisan similar runs/demo --item 12 --by image --top 20

            --title and --picture in the place of --item name an item that the catalogue does not have.

              iisan similar runs/demo --title "Blue kettle" --picture kettle.jpg
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The item's id, as it is.", valueName: "id"))
    var item: String?

    @OptionGroup var raw: RawItemOptions

    @Option(help: ArgumentHelp("What is compared: all, a modality as text or image, or neighbours.", valueName: "what"))
    var by = "all"

    @Option(help: "How many items.")
    var top = 10

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (item != nil) != raw.isGiven else {
            throw ValidationError("Give --item, or --title or --picture of another one.")
        }
    }

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let model = try pipeline.served()
        func similar(_ id: String) throws -> Answer { try model.similar(to: id, by: by, top: top) }
        let answer = try Refusal.shown {
            try item.map(similar) ?? pipeline.with(title: raw.title, picture: raw.picture, model, similar)
        }
        if answer.items.isEmpty { Console().observer.onMessage("similar: no item is like this one by \(by)") }
        try output.format.print(answer.items, text: RecommendCommand.table(answer.items))
    }
}
