import ArgumentParser
import Foundation
import IISAN

/// `iisan encode`: hidden states.
struct EncodeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "encode",
        abstract: "Run the frozen encoders over the catalogue; only new and changed items are computed.",
        discussion: """
            iisan encode config.yaml                 encode what is not in the stores yet
            iisan encode config.yaml --memory 8GB    the same; larger encoders are read block by block
            iisan encode config.yaml --videos DIR    make frames of videos first, into encode.image.frames
            iisan encode config.yaml --verify        check every byte of the stores
            iisan encode import states.npy ...       take hidden states that another program computed
            iisan encode random states/text ...      random numbers, to measure time and memory with
            """,
        subcommands: [EncodeCatalogueCommand.self, EncodeImportCommand.self, EncodeRandomCommand.self],
        defaultSubcommand: EncodeCatalogueCommand.self)
}

/// `iisan encode CONFIG`: titles and pictures to hidden states.
struct EncodeCatalogueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "catalogue",
        abstract: "Run the frozen encoders over the catalogue; only new and changed items are computed.",
        discussion: "Ctrl-C stops at a safe point, and the same command continues from there.")

    @OptionGroup var options: ConfigurationOptions

    @Flag(help: "Compute nothing: check every byte of the stores against their checksums.")
    var verify = false

    @Option(
        help: ArgumentHelp(
            "Memory to use, as 8GB: a larger encoder is read block by block. Comes before encode.memory.", valueName: "size"))
    var memory: String?

    @OptionGroup var video: VideoOptions

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
            try video.read(pipeline, for: .encode)
            try pipeline.encode()
        }
    }
}

/// Layer numbers as the command takes them: `0,2,4`.
struct LayerList {
    let numbers: [Int]

    init(_ text: String) throws {
        numbers = try text.split(separator: ",").map { part in
            guard let layer = Int(part.trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError("--layers: \"\(part)\" is not a number")
            }
            return layer
        }
    }
}
