import Foundation

/// Choices of an import; the defaults keep everything and stop at the first thing that does not fit.
public struct ImportOptions: Sendable {
    /// What happens to an interaction with an item that the items table does not have.
    public enum UnknownItems: String, Sendable, Codable, CaseIterable {
        /// The import stops and names file, line and item.
        case fail
        /// The interaction is left out and counted.
        case drop
    }

    /// What happens to a second row with the same item id.
    public enum DuplicateItems: String, Sendable, Codable, CaseIterable {
        /// The import stops and names both lines.
        case fail
        /// The first row counts, later ones are counted and skipped.
        case keepFirst = "keep-first"
    }

    /// What happens to items that nobody interacted with.
    public enum UnusedItems: String, Sendable, Codable, CaseIterable {
        /// They stay in the catalogue.
        case keep
        /// They are left out and counted.
        case drop
    }

    /// How a user's interactions are ordered.
    public enum Order: String, Sendable, Codable, CaseIterable {
        /// By the column of times; in the order of rows, with a warning, where there is none.
        case time
        /// In the order of rows; times are not read.
        case file
    }

    /// What happens to an interaction of the same user and item at the same time as another; without times, of the same user and item.
    public enum Duplicates: String, Sendable, Codable, CaseIterable {
        /// All stay, and are counted.
        case keep
        /// The first counts, later ones are counted and left out.
        case drop
        /// The import stops and names user and item.
        case fail
    }

    /// The dataset's name; nil for the name of the directory that is made.
    public var name: String?
    /// Interactions with unknown items: fail.
    public var unknownItems = UnknownItems.fail
    /// Items that are there twice: fail.
    public var duplicateItems = DuplicateItems.fail
    /// Items without interactions: keep.
    public var unusedItems = UnusedItems.keep
    /// The order of a user's interactions: by time.
    public var order = Order.time
    /// Interactions that are there twice: keep.
    public var duplicates = Duplicates.keep
    /// Whether `&quot;` and the like in titles become characters: yes.
    public var decodesEntities = true
    /// Whether an older dataset directory is replaced: no.
    public var replacing = false
    /// How many places of each kind of problem the report lists: 10.
    package var listedProblems = 10

    /// Makes options with the defaults.
    public init() {}
}
