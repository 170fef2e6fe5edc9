import Files
import Report
import Serving

/// A history on the left, what is answered after it on the right.
struct LookPage: Sendable {
    let address: PageAddress
    let gallery: Gallery
    /// What could not be done as asked.
    private var notes: [String]
    private(set) var answer: Answer
    private(set) var before: Answer?
    private var faces: [String: Gallery.Face] = [:]
    private(set) var found: TitleSearch.Found?
    private(set) var samples: [HistorySample.User] = []
    let positions: Int

    /// Asks what the address asks.
    ///
    /// - Throws: ``Refusal``, as where no item has any of the ids.
    init(_ address: PageAddress, note: String?, _ state: ServerState, _ gallery: Gallery) async throws {
        (self.address, self.gallery) = (address, gallery)
        notes = note.map { [$0] } ?? []
        func question(_ history: [String]) -> Question {
            var question = Question(history)
            (question.top, question.reasons) = (address.count, true)
            return question
        }
        let start = ContinuousClock.now
        let questions = [question(address.history)] + (address.before.map { [question($0)] } ?? [])
        let answers = try await gallery.engine.model.answers(to: questions)
        state.metrics.answer(questions.count, took: .now - start)
        answer = try answers[0].get()
        // Where the history before makes no sense, nothing is said of what has changed.
        before = answers.count > 1 ? try? answers[1].get() : nil
        positions = try await gallery.engine.model.ask(\.positions)
        if !answer.ignored.isEmpty {
            notes.append(
                "Left out, because no item has \(answer.ignored.count == 1 ? "this id" : "these ids"): \(answer.ignored.map(\.quoted).joined(separator: ", "))."
            )
        }
        if !address.words.isEmpty { found = TitleSearch(gallery.snapshot).items(address.words, most: 12) }
        if address.history.isEmpty { samples = try await HistorySample(state).users(most: 3, shortest: 2) }
        let ids = Set(
            address.history + answer.items.map(\.item) + (before?.items.map(\.item) ?? []) + (found?.items ?? [])
                + samples.flatMap { $0.history.suffix(Self.sampled) } + (address.before ?? []))
        let all = try await gallery.faces(ids.sorted())
        faces = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
    }

    /// The items of somebody's history that are offered.
    static let sampled = 8

    /// The model that has answered.
    var model: String { answer.model }

    var change: ListChange? {
        before.map { ListChange(from: $0.items.map(\.item), to: answer.items.map(\.item)) }
    }

    /// What is read out when the page takes the place of another one.
    var status: String {
        if let found, address.before == nil {
            return found.items.isEmpty ? "No title has these words." : "\(found.items.count) found."
        }
        guard let change, let old = address.before else { return "" }
        var parts: [String] = []
        if let last = address.history.last, address.history.count > old.count { parts.append("Added \(face(last).name).") }
        if let lost = Self.missing(old, in: address.history) { parts.append("Removed \(face(lost).name).") }
        parts.append(change.sentence)
        if let first = answer.items.first { parts.append("First is \(face(first.item).name).") }
        return parts.joined(separator: " ")
    }

    /// The one item that a history has lost; nil where it has lost none.
    private static func missing(_ old: [String], in new: [String]) -> String? {
        guard new.count == old.count - 1 else { return nil }
        return zip(old, new).first { $0 != $1 }?.0 ?? old.last
    }

    func face(_ id: String) -> Gallery.Face { faces[id] ?? Gallery.Face(id: id) }

    var content: Markup {
        let told: [Markup] = notes.map { "<p class=\"told\">\($0)</p>\n" }
        return """
            <div class="look \(gallery.shape.rawValue)">
            <section class="side" aria-labelledby="history">
            \(history)
            </section>
            <section class="wide" aria-labelledby="answers" data-key="answers">
            \(told)\(answers)
            </section>
            </div>
            """
    }
}
