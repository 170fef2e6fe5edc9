import Files

extension ItemChange {
    /// Refuses texts that no form of the database can hold.
    ///
    /// - Throws: ``UserError``.
    func check() throws {
        try checkText(id, "an item's id")
        if let title = content?.title { try checkText(title, "a title") }
        for tag in tags ?? [] { try checkText(tag, "a tag") }
    }

    /// Refuses the change where the item is at another revision than it expects.
    ///
    /// - Parameter revision: where the item is; 0 where it was never changed.
    /// - Throws: ``DatabaseError``.
    func checkExpected(_ revision: Int) throws {
        guard let expected, expected != revision else { return }
        throw DatabaseError(
            .conflict,
            UserError(
                "item \(id.quoted) is at revision \(revision), not at \(expected)",
                remedy: "Read it again: somebody has changed it."))
    }
}

extension Event {
    /// Refuses texts that no form of the database can hold.
    ///
    /// - Throws: ``UserError``.
    func check() throws {
        try checkText(user, "a user's id")
        try checkText(item, "an item's id")
        try checkText(kind, "an event's kind")
        if let key { try checkText(key, "an event's key") }
    }
}

/// Databases end a text at its first zero.
private func checkText(_ text: String, _ name: String) throws {
    guard text.utf8.contains(0) else { return }
    throw UserError("\(name), \(text.quoted), holds a zero character", remedy: "Leave the character U+0000 out.")
}
