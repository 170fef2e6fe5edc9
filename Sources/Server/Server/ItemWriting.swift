package import Foundation

/// Whoever changes items: what a call has returned from is kept, and is in the next answer.
package protocol ItemWriting: Sendable {
    /// Creates an item, or replaces its title, tags and mark; its picture stays.
    ///
    /// - Parameter expected: the revision that the item is at, 0 for one that was never changed; nil where any will do.
    /// - Throws: `Refusal`, as for a method that has to be trained for new items; `DatabaseError`, as `conflict`.
    func put(_ item: ItemBody, id: String, expected: Int?) async throws -> ItemReceipt

    /// Changes what is named alone (JSON merge patch).
    ///
    /// - Throws: `Refusal`, as where no item has the id; `DatabaseError`.
    func patch(_ patch: ItemPatch, id: String, expected: Int?) async throws -> ItemReceipt

    /// Gives an item another picture; nil takes it away.
    ///
    /// - Parameter bytes: begin as a JPEG, PNG or WebP file does.
    /// - Throws: `UserError` for a file that cannot be decoded, or makes too large a picture, as `PictureFolder.store` does; `Refusal`, as
    ///   where no item has the id; `DatabaseError`.
    func put(picture bytes: Data?, id: String, expected: Int?) async throws -> ItemReceipt

    /// Removes an item from all answers; events keep its id.
    ///
    /// - Throws: `Refusal` where no item has the id; `DatabaseError`.
    func remove(_ id: String, expected: Int?) async throws -> ItemReceipt

    /// What is known of an item now; nil where there is none.
    func item(_ id: String) async throws -> ItemView?
}

/// What a change has made.
package struct ItemReceipt: Sendable, Equatable {
    /// The revision at which it is seen first.
    package var revision: Int
    /// Whether no item had the id before; for a picture, whether the item had none.
    package var isNew: Bool

    /// Joins both.
    package init(revision: Int, isNew: Bool) { (self.revision, self.isNew) = (revision, isNew) }
}

/// An item as it is now.
package struct ItemView: Sendable, Equatable {
    /// Its id.
    package var id: String
    /// Its title; nil where it has none.
    package var title: String?
    /// Words that questions can ask for, in the order of the alphabet.
    package var tags: [String]
    /// Whether it is hidden from answers.
    package var isHidden: Bool
    /// What tells its picture apart from others; nil where it has none.
    package var picture: String?
    /// The revision of its last change; 0 for an item that is as the dataset has it.
    package var revision: Int

    /// Names them.
    package init(
        id: String, title: String? = nil, tags: [String] = [], isHidden: Bool = false, picture: String? = nil, revision: Int = 0
    ) {
        (self.id, self.title, self.tags) = (id, title, tags)
        (self.isHidden, self.picture, self.revision) = (isHidden, picture, revision)
    }
}
