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

    /// Makes an answer.
    package init(_ name: Name, _ items: Result<[Recommendation], UserError>) {
        self.name = name
        self.items = items
    }
}

extension ServedModel {
    /// The best items for histories of a file, each with an answer of its own: what is wrong with one is that one's error.
    ///
    /// - Parameters:
    ///   - lines: what the lines say, or why they say nothing.
    ///   - first: the number of the first line.
    /// - Throws: ``UserError`` where none can be answered: when no items are asked for, and when memory runs out.
    package func answers(
        to lines: [Result<HistoryLine, UserError>], first: Int = 1, top: Int, keepingSeen: Bool = false
    ) throws -> [AnswerList] {
        var answers: [AnswerList] = []
        var asked: [(place: Int, history: [Int32])] = []
        for (place, line) in lines.enumerated() {
            let name = AnswerList.Name.line(first + place, id: (try? line.get())?.id)
            switch line.flatMap(rows) {
            case .success(let history):
                asked.append((place, history))
                answers.append(AnswerList(name, .success([])))
            case .failure(let error): answers.append(AnswerList(name, .failure(error)))
            }
        }
        let found = try recommend(asked.map(\.history), top: top, keepingSeen: keepingSeen)
        for (asked, list) in zip(asked, found) {
            answers[asked.place].items = .success(
                list.enumerated().map { rank, found in
                    let item = dataset.items[found.item]
                    return Recommendation(rank: rank + 1, item: item.id, title: item.title, score: found.score)
                })
        }
        return answers
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

    private func rows(of line: HistoryLine) -> Result<[Int32], UserError> {
        var rows: [Int32] = []
        for id in line.items {
            guard let row = dataset.itemIndex(of: id) else {
                return .failure(UserError("the dataset has no item \(id.quoted)"))
            }
            rows.append(Int32(row))
        }
        return .success(rows)
    }
}
