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
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(parsing: .unconditional, help: ArgumentHelp("The item's id, as it is.", valueName: "id"))
    var item: String

    @Option(help: ArgumentHelp("What is compared: all, a modality as text or image, or neighbours.", valueName: "what"))
    var by = "all"

    @Option(help: "How many items.")
    var top = 10

    @OptionGroup var output: OutputOptions

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console().observer)
        let found: [Recommendation]
        do { found = try pipeline.served().similar(to: item, by: by, top: top).items } catch let refusal as Refusal {
            throw refusal.error
        }
        try output.format.print(found, text: RecommendCommand.table(found))
    }
}
