/// What becomes of the matches that a text is split at.
enum SplitBehavior: String, Sendable, CaseIterable {
    /// They go.
    case removed = "Removed"
    /// Each is a word.
    case isolated = "Isolated"
    /// Each belongs to what is before it.
    case mergedWithPrevious = "MergedWithPrevious"
    /// Each belongs to what is after it.
    case mergedWithNext = "MergedWithNext"
    /// Those side by side are one word.
    case contiguous = "Contiguous"

    /// Reads a behaviour's name.
    ///
    /// - Throws: ``UserError`` for a name that is none of a behaviour.
    init(_ entry: JSONEntry) throws {
        let name = try entry.string()
        guard let behavior = SplitBehavior(rawValue: name) else {
            throw entry.error(
                "\"\(name)\" is not a behavior; expected \(Self.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        self = behavior
    }
}
