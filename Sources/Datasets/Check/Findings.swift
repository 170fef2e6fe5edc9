/// What was found wrong or worth knowing about data: every kind with its true total and the first few places.
package struct Findings: Codable, Sendable, Equatable {
    /// One place.
    package struct Place: Codable, Sendable, Equatable {
        /// The file and line, as `path:line`.
        package var place: String
        /// What is there.
        package var detail: String
    }

    /// All places of one kind.
    package struct Kind: Codable, Sendable, Equatable {
        /// What they have in common, as in "items without a picture".
        package var name: String
        /// How many there are.
        package var total: Int
        /// The first of them, at most ``Findings/limit``.
        package var places: [Place]
    }

    /// How many places of a kind are listed; all are counted.
    package let limit: Int
    /// The kinds that were found, in the order they first came up.
    package private(set) var kinds: [Kind] = []

    /// Starts with nothing found.
    package init(limit: Int = 10) { self.limit = limit }

    /// Adds one; `place` and `detail` are only asked for where the place is listed.
    mutating func add(_ name: String, at place: @autoclosure () -> String, _ detail: @autoclosure () -> String) {
        let index = kinds.firstIndex { $0.name == name } ?? kinds.count
        if index == kinds.count { kinds.append(Kind(name: name, total: 0, places: [])) }
        kinds[index].total += 1
        if kinds[index].places.count < limit { kinds[index].places.append(Place(place: place(), detail: detail())) }
    }

    /// The total of a kind; 0 when there are none.
    package func total(_ name: String) -> Int { kinds.first { $0.name == name }?.total ?? 0 }

    /// The kinds and places as lines of text; empty when there are none.
    package var text: String {
        var lines: [String] = []
        for kind in kinds {
            lines.append("\(kind.name): \(kind.total)")
            lines += kind.places.map { "  \($0.place): \($0.detail)" }
            if kind.total > kind.places.count { lines.append("  and \(kind.total - kind.places.count) more") }
        }
        return lines.joined(separator: "\n")
    }
}

extension DatasetCheck {
    /// The check as lines of text: counts, lengths, targets, then each kind of finding with its places.
    public var text: String {
        var lines = [
            "\(name): \(users) users, \(items) items, \(interactions) interactions",
            "content hash \(contentHash)",
            "histories: \(order?.text ?? "in an unknown order")"
                + (equalTimes.map { ", \($0) interactions at the time of the one before" } ?? ""),
            lengths.text,
            "items: \(itemsWithoutTitle) without a title, \(itemsWithoutPicture) without a picture, \(picturesMissing) with a picture "
                + "missing on disk, \(duplicateTitles) with the title of another, \(itemsNeverInteracted) never interacted with",
            "repeats: \(consecutiveRepeats) consecutive repeats, \(usersUnderMinimum) users under the minimum",
        ]
        lines += warnings.map { "warning: \($0)" }
        if let splitProblem {
            lines.append("split: \(splitProblem)")
        } else {
            lines.append("split: \(trainingUsers) training users, \(trainingInteractions) training interactions")
            if olderInteractions > 0 {
                lines.append(
                    "split: \(olderInteractions) older interactions of theirs are not used; data.split.history: whole trains on them"
                )
            }
            lines.append("validation: \(validation.text)")
            lines.append("test: \(test.text)")
        }
        if !findings.kinds.isEmpty { lines.append(findings.text) }
        return lines.joined(separator: "\n")
    }
}

extension DatasetCheck.Targets {
    fileprivate var text: String { "\(cases) targets, \(unreachable) unreachable, \(cold) cold" }
}
