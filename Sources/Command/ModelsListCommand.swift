import ArgumentParser
import Foundation
import IISAN

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
