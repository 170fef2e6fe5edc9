import Files
import Foundation
import HTTPTypes
import Hummingbird
import IISAN
import Serving
import Torch

/// Items: what is in the catalogue, and its changes, each of which is in the next answer.
struct ItemsController: Sendable {
    let state: ServerState
    let asking: Asking
    /// The bytes of a body, which may have a picture in base64.
    private var limit: Int { state.settings.longestDescription }

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group().add(middleware: NeedsScope(.read))
            .get("items", use: list)
            .get("items/{item}", use: get)
            .get("items/{item}/similar", use: similar)
        routes.group().add(middleware: NeedsScope(.write))
            .post("items", use: putMany)
            .put("items/{item}", use: put)
            .patch("items/{item}", use: patch)
            .delete("items/{item}", use: remove)
        return routes
    }

    @Sendable private func get(_ request: Request, _ context: ServerContext) async throws -> Response {
        let item = try await known(context.id("item"))
        let tag = EntityTag(revision: item.revision)
        if request.has(tag) { return .empty(.notModified, headers: [.eTag: tag.field]) }
        return try .json(ItemAnswer(item), headers: [.eTag: tag.field])
    }

    @Sendable private func put(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        let body: ItemBody = try await request.json(most: limit)
        let items = try state.engine.items
        let receipt = try await items.put(body, id: id, expected: expected(request, id))
        return try answer(receipt, id)
    }

    @Sendable private func patch(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        try request.require(["application/json", "application/merge-patch+json"])
        let patch: ItemPatch = try await request.decoded(most: limit)
        _ = try await known(id)
        let receipt = try await state.engine.items.patch(patch, id: id, expected: expected(request, id))
        return try answer(receipt, id)
    }

    @Sendable private func remove(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        _ = try await known(id)
        _ = try await state.engine.items.remove(id, expected: expected(request, id))
        return .empty()
    }

    @Sendable private func similar(_ request: Request, _ context: ServerContext) async throws -> Response {
        let id = try context.id("item")
        let query = try Query(request, known: ["n", "by", "min_revision"])
        let top = try query.number("n", 1...state.settings.top) ?? 10
        let part = query["by"]
        let model = try state.engine.model
        let answer = try await asking.reached(query.number("min_revision", 0...Int.max), \.revision) {
            try await model.ask { try $0.similar(to: id, by: part, top: top) }
        }
        return try .json(await asking.body(answer, context))
    }

    /// The item as it is.
    ///
    /// - Throws: ``Failure`` (404) where there is none.
    private func known(_ id: String) async throws -> ItemView {
        if let item = try await state.engine.items.item(id) { return item }
        throw try await Failure(Refusal(.unknownItem, state.engine.model.ask { $0.noItem(id) }))
    }

    /// The revision that the client has changed from, looked up only where it says so.
    private func expected(_ request: Request, _ id: String) async throws -> Int? {
        guard request.headers[.ifMatch] != nil || request.headers[.ifNoneMatch] != nil else { return nil }
        return try await request.expected(current: state.engine.items.item(id)?.revision)
    }

    private func answer(_ receipt: ItemReceipt, _ id: String) throws -> Response {
        var headers: HTTPFields = [.eTag: EntityTag(revision: receipt.revision).field]
        if receipt.isNew { headers[.location] = Paths.item(id) }
        return try .json(
            ReceiptBody(id: id, revision: receipt.revision), status: receipt.isNew ? .created : .ok, headers: headers)
    }

    /// A part of the catalogue in its order, those with some words in their titles where they are asked for.
    ///
    /// A page looks at some items only and may be short, or empty: the list ends where there is no `next`.
    @Sendable private func list(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Page: Encodable {
            var catalogue_revision: Int
            var items: [ItemAnswer]
            var next: String?
        }
        let query = try Query(request, known: ["cursor", "n", "q"])
        let most = try query.number("n", 1...1000) ?? 100
        let words = query["q"]?.lowercased()
        // The snapshot never changes, and is read beside the model's thread.
        let snapshot = try await state.engine.model.ask { try $0.snapshot() }
        var row = try query.number("cursor", 0...Int.max) ?? 0
        let end = min(snapshot.search.count, row.addingReportingOverflow(Self.scanned).partialValue)
        var items: [ItemAnswer] = []
        while row < end, items.count < most {
            let entry = snapshot[row]
            if snapshot.row(of: entry.id) == row, words.map({ entry.title?.lowercased().contains($0) ?? false }) ?? true {
                items.append(ItemAnswer(entry))
            }
            row += 1
        }
        let pictures = try await state.engine.pictures.versions(of: items.map(\.id))
        for place in items.indices {
            items[place].picture = pictures[ExactText(items[place].id)].map { Paths.picture(of: items[place].id, version: $0) }
        }
        return try .json(
            Page(catalogue_revision: snapshot.revision, items: items, next: row < snapshot.search.count ? "\(row)" : nil))
    }

    /// Items that one page looks at.
    private static let scanned = 100_000

    /// Each item with its own result, in the order in which they came.
    @Sendable private func putMany(_ request: Request, _ context: ServerContext) async throws -> Response {
        struct Results: Encodable {
            var created = 0
            var changed = 0
            var failed: [FailedEntry] = []
            var catalogue_revision = 0
        }
        let entries = try await request.list(ItemLine.self, most: state.settings.bulk.bytes, entries: Checks.items).entries
        let items = try state.engine.items
        var seen: Set<ExactText> = []
        var results = Results()
        var lines: [(place: Int, line: ItemLine)] = []
        for (place, entry) in entries.enumerated() {
            do {
                let line = try entry.get()
                guard seen.insert(ExactText(line.id)).inserted else {
                    throw Failure.value("twice", "item \(line.id.quoted) stands twice", at: "id")
                }
                lines.append((place, line))
            } catch { results.failed.append(FailedEntry(entry: place + 1, error: Failure(error).body.error)) }
        }
        let made = try await Self.together(lines) { line in
            try await items.put(line.item, id: line.id, expected: nil)
        }
        for (place, result) in made {
            switch result {
            case .success(let receipt):
                if receipt.isNew { results.created += 1 } else { results.changed += 1 }
                results.catalogue_revision = max(results.catalogue_revision, receipt.revision)
            case .failure(let failure):
                results.failed.append(FailedEntry(entry: place + 1, error: failure.body.error))
            }
        }
        results.failed.sort { $0.entry < $1.entry }
        return try .json(results)
    }

    /// Puts some items at a time, so that whoever writes them can write them together.
    private static func together(
        _ lines: [(place: Int, line: ItemLine)], _ put: @escaping @Sendable (ItemLine) async throws -> ItemReceipt
    ) async throws -> [(Int, Result<ItemReceipt, Failure>)] {
        try await withThrowingTaskGroup(of: (Int, Result<ItemReceipt, Failure>).self) { group in
            var results: [(Int, Result<ItemReceipt, Failure>)] = []
            for (count, (place, line)) in lines.enumerated() {
                if count >= 32, let result = try await group.next() { results.append(result) }
                group.addTask {
                    do { return (place, .success(try await put(line))) } catch let error as CancellationError {
                        throw error
                    } catch {
                        return (place, .failure(Failure(error)))
                    }
                }
            }
            for try await result in group { results.append(result) }
            return results
        }
    }
}

extension ItemAnswer {
    /// An item of a snapshot, which knows neither its picture nor its revision.
    fileprivate init(_ entry: CatalogueSnapshot.Entry) {
        self.init(ItemView(id: entry.id, title: entry.title, tags: entry.tags.sorted(), isHidden: entry.isHidden))
        revision = nil
    }
}
