import ArgumentParser
import Files
import Foundation
import Hub
import IISAN

/// `iisan models`: encoders.
struct ModelsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "models", abstract: "See and fetch the encoders that encoding can use.",
        subcommands: [ModelsListCommand.self, ModelsShowCommand.self, ModelsPullCommand.self])
}

/// `iisan models list`: the encoders on this machine.
struct ModelsListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract:
            "List the models of the hub's cache, and those in folders that are named, with what encoding can do with them.")

    @Argument(help: "Folders that hold model directories.", completion: .directory)
    var folders: [String] = []

    @Option(help: "The cache; by default $HF_HUB_CACHE, else the one that Python uses.", completion: .directory)
    var cache: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let list = try ModelList(
            cache: cache.map { HubCache(URL(filePath: $0)) } ?? HubCache(), folders: folders.map { URL(filePath: $0) })
        try output.format.print(list.entries, text: list.description)
    }
}

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

/// `iisan models pull`: a model of a hub into its cache.
struct ModelsPullCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pull",
        abstract:
            "Fetch a model of a Hugging Face-compatible hub into the hub's own cache; what is there already is not fetched again.",
        discussion: """
            Every file is checked by size and hash. Ctrl-C stops, and the same command continues from there. A setting `encoder` may then \
            name the model as here.

              iisan models pull sentence-transformers/all-MiniLM-L6-v2
              iisan models pull meta-llama/Llama-3.2-1B --token-file token.txt
            """)

    @Argument(help: "The model's name, as google/vit-base-patch16-224.")
    var name: String

    @Option(help: "A branch, a tag or a commit.")
    var revision = "main"

    @Option(help: "The hub's address; by default $HF_ENDPOINT, else huggingface.co.")
    var endpoint: String?

    @Option(
        help: "A file with the token to ask with; by default $HF_TOKEN, else what `hf auth login` has kept.",
        completion: .file())
    var tokenFile: String?

    @Option(help: "The cache; by default $HF_HUB_CACHE, else the one that Python uses.", completion: .directory)
    var cache: String?

    @Option(
        name: .customLong("file"), parsing: .singleValue,
        help: "A pattern of files to fetch instead of what an encoder needs; may be given often.")
    var files: [String] = []

    @OptionGroup var output: OutputOptions

    func run() throws {
        let console = Console(stoppable: true)
        let token: String? = try tokenFile.map {
            try NamedPipe.refuse(URL(filePath: $0))
            do {
                return try String(contentsOf: URL(filePath: $0), encoding: .utf8).trimmingCharacters(
                    in: .whitespacesAndNewlines)
            } catch { throw UserError.system("could not read the token", at: $0, error: error) }
        }
        let client = HubClient(endpoint: endpoint, token: token, cache: cache.map { HubCache(URL(filePath: $0)) })
        let summary = try client.pull(
            name, revision: revision, files: files.isEmpty ? nil : files, progress: console.observer.onProgress,
            stop: console.observer.stop)
        if !summary.oddNames.isEmpty {
            let names = summary.oddNames.prefix(3).map(\.quoted).joined(separator: ", ")
            console.message("left out \(summary.oddNames.count) with names that no file here can have: \(names)")
        }
        struct Pulled: Encodable { let folder, commit: String; let files: [String]; let fetchedBytes: Int }
        try output.format.print(
            Pulled(
                folder: summary.folder.path, commit: summary.commit, files: summary.files, fetchedBytes: summary.fetchedBytes),
            text: summary.folder.path)
    }
}
