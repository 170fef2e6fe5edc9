import ArgumentParser
import Foundation
import IISAN

/// `iisan encode CONFIG`: titles and pictures to hidden states.
struct EncodeCatalogueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogue",
        abstract: "Run the frozen encoders over the catalogue; only new and changed items are computed.",
        discussion: "Ctrl-C stops at a safe point, and the same command goes on from there.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Compute nothing: check every byte of the stores against their checksums.")
    var verify = false

    @Option(
        help: ArgumentHelp(
            "Memory to use, as 8GB: a larger encoder is read block by block. Comes before encode.memory.", valueName: "size"))
    var memory: String?

    func run() throws {
        let console = Console(stoppable: true)
        var options = options
        if let memory { options.overrides.append("encode.memory=\(memory)") }
        let pipeline = try options.pipeline(console)
        if verify {
            for folder in try pipeline.verifyStores() {
                try Output.result("\(folder.path): every checksum agrees, every state is finite")
            }
        } else {
            try pipeline.encode()
        }
    }
}
