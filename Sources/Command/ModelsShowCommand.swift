import ArgumentParser
import Foundation
import IISAN

/// `iisan models show`: what a model directory holds.
struct ModelsShowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Say what a model directory holds: family, sizes, suggested layers, memory, and a speed to expect.",
        discussion: "Reads the configuration and the headers of the weights only, so it is quick for any size.")

    @Argument(help: "A Hugging Face model directory.", completion: .directory)
    var model: String

    @OptionGroup var output: OutputOptions

    func run() throws {
        let cards = try ModelCard.cards(of: URL(filePath: model))
        try output.format.print(cards, text: cards.map(\.description).joined(separator: "\n\n"))
    }
}
