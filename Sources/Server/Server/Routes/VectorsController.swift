import Datasets
import Files
import Hummingbird
import IISAN
import Ranking
import Serving
import Torch

/// Vectors for a database of vectors outside: the inner product of a history's with an item's is the item's score, but for neighbours.
struct VectorsController: Sendable {
    let state: ServerState

    var routes: RouteCollection<ServerContext> {
        let routes = RouteCollection(context: ServerContext.self)
        routes.group().add(middleware: NeedsScope(.read)).post("vectors", use: vectors)
        return routes
    }

    /// What vectors are asked for.
    struct Body: Decodable {
        var histories: [[String]]
        var items: [String]

        init(from decoder: any Decoder) throws {
            let fields = try Fields(decoder, known: ["histories", "items"])
            items = try fields.ids("items", most: Checks.items) ?? []
            histories = try fields.value("histories") ?? []
            try Checks.count(histories.count, most: Checks.batch, at: fields.path("histories"))
            for (place, history) in histories.enumerated() {
                let path = "\(fields.path("histories"))[\(place)]"
                _ = try Checks.ids(history, most: Checks.history, at: path)
                if history.isEmpty { throw Failure.value("empty", "\(path) is empty", at: path) }
            }
        }
    }

    struct Vectors: Encodable {
        var model: String
        var catalogue_revision: Int
        var width: Int
        var similarity = "dot"
        /// A vector for each history; null where no item has any of its ids.
        var histories: [[Float]?]
        /// A vector for each item; null where no item has the id.
        var items: [[Float]?]
    }

    @Sendable private func vectors(_ request: Request, _ context: ServerContext) async throws -> Response {
        let body: Body = try await request.json(most: state.settings.body.bytes)
        return try .json(await state.engine.model.ask { try $0.vectors(body) })
    }
}

extension ServedModel {
    /// The vectors of histories and items at the newest revision.
    ///
    /// - Throws: `UserError` when memory runs out.
    fileprivate func vectors(_ body: VectorsController.Body) throws -> VectorsController.Vectors {
        let snapshot = try snapshot()
        let histories = body.histories.map { $0.compactMap { snapshot.row(of: $0).map(Int32.init) } }
        let known = histories.indices.filter { !histories[$0].isEmpty }
        var users: [[Float]?] = histories.map { _ in nil }
        if !known.isEmpty {
            let batch = EvaluationBatch(histories: known.map { histories[$0] }, inputLength: positions)
            let rows = Tensor(
                batch.inputs.flatMap { snapshot.search.row(Int($0)) }, shape: [batch.inputs.count, snapshot.search.width])
            let questions = try score.questions(of: batch, rows: rows.to(score.items.device), skippingSeen: false)
            for (place, question) in zip(known, questions) { users[place] = question.vector }
        }
        return VectorsController.Vectors(
            model: name, catalogue_revision: snapshot.revision, width: snapshot.search.width, histories: users,
            items: body.items.map { snapshot.row(of: $0).map(snapshot.search.row) })
    }
}
