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
