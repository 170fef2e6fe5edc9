/// What an import read, made and left out.
public struct ImportReport: Codable, Sendable, Equatable {
    /// Users in the dataset.
    public internal(set) var users = 0
    /// Items in the dataset.
    public internal(set) var items = 0
    /// Interactions in the dataset.
    public internal(set) var interactions = 0
    /// Items without a title.
    public internal(set) var itemsWithoutTitle = 0
    /// Items without a picture.
    public internal(set) var itemsWithoutPicture = 0
    /// Interactions left out because the items table does not have their item.
    public internal(set) var unknownInteractions = 0
    /// Users left out because none of their interactions is left.
    public internal(set) var usersWithoutInteractions = 0
    /// Rows passed over because their item was there before.
    public internal(set) var duplicateItems = 0
    /// Items left out because nobody interacted with them.
    public internal(set) var unusedItemsLeftOut = 0
    /// Pictures in the folder that belong to no item.
    public internal(set) var picturesWithoutItem = 0
    /// Each kind of problem with its total and first places, by file and line.
    public internal(set) var problems: Findings
    /// The dataset's content hash.
    public internal(set) var contentHash = ""

    /// The counts and problems as lines of text.
    public var text: String {
        var lines = ["\(users) users, \(items) items, \(interactions) interactions"]
        for (count, name) in [
            (itemsWithoutTitle, "items without a title"), (itemsWithoutPicture, "items without a picture"),
            (unknownInteractions, "interactions left out: unknown item"),
            (usersWithoutInteractions, "users left out: no interaction left"),
            (duplicateItems, "item rows passed over: id seen before"), (unusedItemsLeftOut, "items left out: no interaction"),
            (picturesWithoutItem, "pictures that belong to no item"),
        ] where count > 0 { lines.append("\(count) \(name)") }
        if !problems.kinds.isEmpty { lines.append(problems.text) }
        return lines.joined(separator: "\n")
    }
}
