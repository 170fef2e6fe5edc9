import ArgumentParser
import Files
import Foundation
import Server

/// `iisan items`: the items of a run that is served.
struct ItemsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "items",
        abstract: "List, add, change and remove items of a run that is served.",
        discussion: """
            The running server of the run is asked; where none runs, one is opened for this command alone. What is changed is kept beside \
            the run and is there when it is served next.

              iisan items add runs/demo k1 --title "Blue kettle" --picture kettle.jpg --tag kitchen
              iisan items change runs/demo k1 --hide
              iisan items list runs/demo --query kettle
              iisan items remove runs/demo k1
            """,
        subcommands: [List.self, Add.self, Change.self, Remove.self])

    /// What a change of an item answers.
    struct Receipt: Codable, Sendable {
        var id: String
        var catalogue_revision: Int
    }

    /// An item as the server tells it.
    struct Item: Codable, Sendable {
        var id: String
        var title: String?
        var tags: [String]
        var hidden: Bool
        var picture: String?
    }

    /// `iisan items list`.
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the items, or those with some words in their titles.")

        @OptionGroup var run_: RunOptions

        @Option(help: "Words that the title has.")
        var query: String?

        @Option(help: "How many items at most.")
        var top = 20

        @OptionGroup var output: OutputOptions

        func run() throws {
            guard top >= 1 else { throw UserError("\(top) items are asked for", remedy: "Ask for at least 1.") }
            let items = try Blocking.wait { [run_, query, top] in
                try await ServerClient.with(run_.url) { try await Self.items($0, query, top) }
            }
            let rows = items.map { item in
                [item.id, item.hidden ? "hidden" : "", item.tags.joined(separator: ","), item.title ?? ""]
            }
            try output.format.print(items, text: String(TextTable([.left, .left, .left], rows).text.dropLast()))
        }

        private static func items(_ client: ServerClient, _ words: String?, _ top: Int) async throws -> [Item] {
            struct Page: Decodable, Sendable {
                var items: [Item]
                var next: String?
            }
            var (items, cursor): ([Item], String?) = ([], nil)
            repeat {
                var query = ["n": "\(min(1000, top - items.count))"]
                (query["q"], query["cursor"]) = (words, cursor)
                let page: Page = try await client.json("GET", "v1/items", query: query)
                items += page.items
                cursor = page.next
            } while cursor != nil && items.count < top
            return items
        }
    }

    /// `iisan items add`.
    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add an item, or put another in the place of the one with its id; its picture stays unless one is given.")

        @OptionGroup var run_: RunOptions

        @Argument(help: "The item's id.")
        var id: String

        @Option(parsing: .unconditional, help: "Its title.")
        var title: String?

        @Option(help: ArgumentHelp("Its picture.", valueName: "file"), completion: .file())
        var picture: String?

        @Option(
            name: .customLong("tag"), parsing: .unconditionalSingleValue,
            help: "A word that questions can ask for; may be repeated.")
        var tags: [String] = []

        @OptionGroup var output: OutputOptions

        func run() throws {
            struct Body: Encodable {
                var title: String?
                var tags: [String]
                var picture: Data?
            }
            let body = Body(title: title, tags: tags, picture: try picture.map { try run_.bytes(of: $0) })
            try run_.send("PUT", id, body, output)
        }
    }

    /// `iisan items change`.
    struct Change: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Change what is named of an item; the rest stays.")

        @OptionGroup var run_: RunOptions

        @Argument(help: "The item's id.")
        var id: String

        @Option(parsing: .unconditional, help: "Another title.")
        var title: String?

        @Option(help: ArgumentHelp("Another picture.", valueName: "file"), completion: .file())
        var picture: String?

        @Option(
            name: .customLong("tag"), parsing: .unconditionalSingleValue,
            help: "A tag in the place of all it has; may be repeated.")
        var tags: [String] = []

        @Flag(inversion: .prefixedNo, help: "Hide it from answers, or show it again.")
        var hide: Bool?

        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard title != nil || picture != nil || !tags.isEmpty || hide != nil else {
                throw ValidationError("Say what is to change: --title, --picture, --tag, --hide or --no-hide.")
            }
        }

        func run() throws {
            struct Body: Encodable {
                var title: String?
                var tags: [String]?
                var hidden: Bool?
                var picture: Data?
            }
            let picture = try picture.map { try run_.bytes(of: $0) }
            try run_.send(
                "PATCH", id, Body(title: title, tags: tags.isEmpty ? nil : tags, hidden: hide, picture: picture), output)
        }
    }

    /// `iisan items remove`.
    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove an item from all answers; events keep its id.")

        @OptionGroup var run_: RunOptions

        @Argument(help: "The item's id.")
        var id: String

        func run() throws {
            _ = try Blocking.wait { [run_, id] in
                try await ServerClient.with(run_.url) { try await $0.send("DELETE", "v1/items/\(Paths.encoded(id))") }
            }
        }
    }
}

/// The run whose items or events are meant.
struct RunOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    /// The run's folder.
    var url: URL { URL(filePath: folder) }

    /// A file's bytes.
    func bytes(of path: String) throws -> Data { try MappedFile(URL(filePath: path)).withBytes { Data($0) } }

    /// Sends a change of an item and prints what became of it.
    func send(_ method: String, _ id: String, _ body: some Encodable, _ output: OutputOptions) throws {
        let body = try JSONEncoder().encode(body)
        let receipt: ItemsCommand.Receipt = try Blocking.wait { [url] in
            try await ServerClient.with(url) { try await $0.json(method, "v1/items/\(Paths.encoded(id))", body) }
        }
        try output.format.print(
            receipt, text: "item \(receipt.id.quoted) can be recommended from revision \(receipt.catalogue_revision)")
    }
}
