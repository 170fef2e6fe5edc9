import Datasets
package import Files

/// The answer to one of many histories: its best items, or why there are none.
package struct AnswerList: Sendable {
    /// Whose history it is.
    package enum Name: Sendable, Equatable {
        /// A user of the dataset, by id.
        case user(String)
        /// A line of a file, from 1, and what the line calls itself.
        case line(Int, id: String?)
    }

    /// Whose it is.
    package var name: Name
    /// The items, the best first.
    package var items: Result<[Recommendation], UserError>
    /// Ids of the history that no item has; they were left out.
    package var ignored: [String]

    /// Makes an answer.
    package init(_ name: Name, _ items: Result<[Recommendation], UserError>, ignored: [String] = []) {
        (self.name, self.items, self.ignored) = (name, items, ignored)
    }
}

extension ServedModel {
    /// The best items for histories of a file, each with an answer of its own: what is wrong with one is that one's error, and ids that no
    /// item has are left out and named.
    ///
    /// - Parameters:
    ///   - lines: what the lines say, or why they say nothing.
    ///   - first: the number of the first line.
    package func answers(
        to lines: [Result<HistoryLine, UserError>], first: Int = 1, top: Int, keepingSeen: Bool = false
    ) -> [AnswerList] {
        let questions = lines.compactMap { line -> Question? in
            guard let line = try? line.get() else { return nil }
            var question = Question(line.items)
            (question.top, question.keepSeen) = (top, keepingSeen)
            return question
        }
        var answers = answers(to: questions).makeIterator()
        return lines.enumerated().map { place, line in
            let name = AnswerList.Name.line(first + place, id: (try? line.get())?.id)
            switch line {
            case .failure(let error): return AnswerList(name, .failure(error))
            case .success:
                let answer = answers.next()!
                return AnswerList(name, answer.map(\.items).mapError(\.error), ignored: (try? answer.get())?.ignored ?? [])
            }
        }
    }

    /// The best items for some users of the dataset after their whole histories, by ids alone; none for a user without a history.
    ///
    /// - Throws: ``UserError`` when no items are asked for, and when memory runs out.
    package func lists(of users: Range<Int>, top: Int, keepingSeen: Bool = false) throws -> [AnswerList] {
        let histories = users.map { Array(dataset.histories[$0]) }
        var found = try recommend(histories.filter { !$0.isEmpty }, top: top, keepingSeen: keepingSeen).makeIterator()
        return zip(users, histories).map { user, history in
            let list = history.isEmpty ? [] : found.next() ?? []
            let items = list.enumerated().map { rank, found in
                Recommendation(rank: rank + 1, item: dataset.items[found.item].id, title: nil, score: found.score)
            }
            return AnswerList(.user(dataset.userID(user)), .success(items))
        }
    }
}
