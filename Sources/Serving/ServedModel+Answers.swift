import Files
import Modeling
import Torch

extension ServedModel {
    /// Answers some questions at the newest revision, each with its own success or refusal.
    package func answers(to questions: [Question]) -> [Result<Answer, Refusal>] {
        let snapshot: CatalogueSnapshot
        do { snapshot = try self.snapshot() } catch { return questions.map { _ in .failure(Self.failed(error)) } }
        var answers = [Result<Answer, Refusal>?](repeating: nil, count: questions.count)
        var asked: [Asked] = []
        for (place, question) in questions.enumerated() {
            do {
                let history = try resolved(question, in: snapshot)
                if history.rows.isEmpty {
                    answers[place] = .success(try popular(question, in: snapshot))
                } else {
                    asked.append(Asked(place: place, question: question, history: history))
                }
            } catch { answers[place] = .failure(Self.failed(error)) }
        }
        for (place, answer) in answered(asked, in: snapshot) { answers[place] = answer }
        return answers.map { $0! }
    }

    /// Answers a question at the newest revision.
    ///
    /// - Throws: ``Refusal``.
    package func answer(to question: Question) throws -> Answer { try answers(to: [question])[0].get() }

    /// Where an item stands for a history, hidden, seen or not.
    ///
    /// - Parameter question: what it is ranked for; how many items are wanted, and how they are to differ, does not matter.
    /// - Throws: ``Refusal``, as for an empty history.
    package func place(of id: String, for question: Question) throws -> ItemPlace {
        let snapshot = try Refusal.wrapping(.failed) { try self.snapshot() }
        let history = try resolved(question, in: snapshot)
        guard let row = snapshot.row(of: id) else { throw Refusal(.unknownItem, noItem(id)) }
        guard !history.rows.isEmpty else {
            throw Refusal(.invalidQuestion, Self.emptyHistory)
        }
        return try Refusal.wrapping(.failed) {
            var leftOut = leftOut(by: question, in: snapshot)
            leftOut.remove(row)
            var asked = try asked([Asked(place: 0, question: question, history: history)], in: snapshot)[0]
            asked.skipped.removeAll { $0 == Int32(row) }
            let skipped = Set(asked.skipped).count { !leftOut.contains(Int($0)) }
            let among = snapshot.search.count - leftOut.count - skipped
            var top = 100
            while true {
                let found = try snapshot.search.best(top, for: [asked], leavingOut: leftOut).lists[0]
                guard let place = found.firstIndex(where: { $0.row == row }) else {
                    guard found.count == top else { throw UserError("the score of item \(id.quoted) is not a number") }
                    top *= 20
                    continue
                }
                let reasons = question.reasons ? try reasons(for: [found[place]], asked, history.rows, in: snapshot)[0] : nil
                return ItemPlace(
                    model: name, revision: snapshot.revision,
                    item: recommendation(found[place], rank: place + 1, in: snapshot, reasons: reasons), among: among,
                    ignored: history.ignored)
            }
        }
    }

    /// A question whose ids are rows.
    private struct Asked {
        var place: Int
        var question: Question
        var history: (rows: [Int32], ignored: [String])
    }

    /// Which questions search together.
    private struct Group: Hashable {
        var tags: [Set<String>]
        var count: Int
    }

    private func answered(_ asked: [Asked], in snapshot: CatalogueSnapshot) -> [(Int, Result<Answer, Refusal>)] {
        guard !asked.isEmpty else { return [] }
        do {
            let questions = try self.asked(asked, in: snapshot)
            var lists = [[ExactSearch.Found]](repeating: [], count: asked.count)
            let groups = Dictionary(grouping: asked.indices) {
                Group(tags: asked[$0].question.where, count: asked[$0].question.searched)
            }
            for (group, places) in groups {
                let leftOut = leftOut(by: asked[places[0]].question, in: snapshot)
                let found = try snapshot.search.best(group.count, for: places.map { questions[$0] }, leavingOut: leftOut)
                for (place, list) in zip(places, found.lists) { lists[place] = list }
            }
            return try asked.indices.map { place in
                let (question, history) = (asked[place].question, asked[place].history)
                var list = lists[place]
                if question.diversity > 0 { list = try diverse(list, question.top, question.diversity, in: snapshot) }
                let reasons =
                    question.reasons
                    ? try reasons(for: list, questions[place], history.rows, in: snapshot).map(Optional.some) : []
                var answer = Answer(model: name, revision: snapshot.revision, ignored: history.ignored)
                answer.items = list.indices.map {
                    recommendation(list[$0], rank: $0 + 1, in: snapshot, reasons: reasons.isEmpty ? nil : reasons[$0])
                }
                return (asked[place].place, .success(answer))
            }
        } catch {
            // One by one, the others of a batch that is too large or has one that fails are answered.
            if asked.count > 1 { return asked.flatMap { answered([$0], in: snapshot) } }
            return [(asked[0].place, .failure(Self.failed(error)))]
        }
    }

    /// What is asked of the rows: the user's vector, and the rows that this question leaves out.
    private func asked(_ asked: [Asked], in snapshot: CatalogueSnapshot) throws -> [ExactSearch.Question] {
        var questions = try questions(of: asked.map(\.history.rows), in: snapshot, skippingSeen: false)
        for (place, one) in asked.enumerated() {
            let excluded = one.question.exclude.compactMap { snapshot.row(of: $0).map(Int32.init) }
            questions[place].skipped = Array(Set(excluded + (one.question.keepSeen ? [] : one.history.rows)))
        }
        return questions
    }

    /// Rows that are no answer because of what the items are.
    private func leftOut(by question: Question, in snapshot: CatalogueSnapshot) -> RowSet {
        question.where.isEmpty ? snapshot.leftOut : snapshot.leftOut(where: question.where)
    }

    /// The rows of a question's history, and its ids that no item has.
    ///
    /// - Throws: ``Refusal`` for a question that makes no sense, and where no item has any of the ids.
    private func resolved(
        _ question: Question, in snapshot: CatalogueSnapshot
    ) throws -> (rows: [Int32], ignored: [String]) {
        if let problem = question.problem { throw problem }
        var (rows, ignored): ([Int32], [String]) = ([], [])
        for id in question.history {
            if let row = snapshot.row(of: id) { rows.append(Int32(row)) } else { ignored.append(id) }
        }
        if rows.isEmpty, let first = ignored.first { throw Refusal(.unknownItem, noItem(first)) }
        return (rows, ignored)
    }

    /// The most popular items, equal ones in the order of the catalogue.
    private func popular(_ question: Question, in snapshot: CatalogueSnapshot) throws -> Answer {
        guard let popularity else {
            throw Refusal(
                .invalidQuestion,
                UserError(
                    "the history is empty, and how popular the items are is not known here",
                    remedy: "Give at least one item, or open the model with its split."))
        }
        let leftOut = leftOut(by: question, in: snapshot)
        let excluded = Set(question.exclude.compactMap { snapshot.row(of: $0) })
        let order = known.popularFirst(popularity)
        var answer = Answer(model: name, revision: snapshot.revision, isPopularity: true)
        for row in [AnySequence(order), AnySequence(order.count..<snapshot.search.count)].joined() {
            if answer.items.count == question.top { break }
            if leftOut.contains(row) || excluded.contains(row) { continue }
            let share = row < popularity.count ? Double(popularity[row]) : 0
            answer.items.append(recommendation(.init(row: row, score: share), rank: answer.items.count + 1, in: snapshot))
        }
        return answer
    }

    /// The refusal that an error is.
    private static func failed(_ error: any Error) -> Refusal {
        error as? Refusal ?? Refusal(.failed, error as? UserError ?? UserError("\(error)"))
    }
}
