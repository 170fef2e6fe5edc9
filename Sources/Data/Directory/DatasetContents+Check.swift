import Files

extension DatasetContents {
    /// Checks everything that ``Dataset/verify()`` would check.
    ///
    /// - Returns: the ids of items and users.
    /// - Throws: ``UserError`` that names the item or user.
    func check() throws -> (items: IDTable, users: IDTable) {
        let ids = (items: try checkItems(), users: try checkUsers())
        try checkInteractions()
        return ids
    }

    private func checkInteractions() throws {
        guard !interactions.isEmpty else { throw UserError("the dataset has no interactions", at: name) }
        guard interactions.count <= InteractionList.capacity else {
            throw UserError("more than \(InteractionList.capacity) interactions", at: name)
        }
        guard offsets.count == users.count + 1, offsets[0] == 0, offsets[users.count] == Int64(interactions.count) else {
            throw UserError(
                "\(offsets.count) offsets for \(users.count) users and \(interactions.count) interactions", at: name,
                remedy: "Give one offset per user and the number of interactions at the end.")
        }
        guard timestamps == nil || timestamps?.count == interactions.count else {
            throw UserError("\(timestamps?.count ?? 0) timestamps for \(interactions.count) interactions", at: name)
        }
        for user in users.indices {
            guard offsets[user] <= offsets[user + 1] else { throw UserError("the offsets fall", at: "\(name), user \(user)") }
        }
        if let bad = interactions.first(where: { $0 < 0 || Int($0) >= items.count }) {
            throw UserError("item index \(bad), expected 0..<\(items.count)", at: name)
        }
        guard let timestamps else { return }
        for user in users.indices {
            for index in (Int(offsets[user])..<Int(offsets[user + 1])).dropFirst()
            where timestamps[index] < timestamps[index - 1] {
                throw UserError(
                    "the timestamps fall", at: "\(name), user \(user)", remedy: "Order each user's interactions, oldest first.")
            }
        }
    }

    private func checkItems() throws -> IDTable {
        guard !items.isEmpty else { throw UserError("the dataset has no items", at: name) }
        guard items.count <= Int(Int32.max) else { throw UserError("more than \(Int32.max) items", at: name) }
        var seen = IDTable()
        for (index, item) in items.enumerated() {
            guard !item.id.isEmpty else { throw UserError("an item without an id", at: "\(name), item \(index)") }
            guard seen.insert(item.id).isNew else {
                throw UserError("item \(Excerpt(item.id)) is there twice", at: "\(name), item \(index)")
            }
            guard let path = item.picturePath else { continue }
            try PicturePath.check(path, at: "\(name), item \(index)")
            guard pictures != nil else {
                throw UserError("a picture path without a pictures folder", at: "\(name), item \(index)")
            }
        }
        return seen
    }

    private func checkUsers() throws -> IDTable {
        var seen = IDTable()
        for (index, user) in users.enumerated() {
            guard !user.isEmpty else { throw UserError("a user without an id", at: "\(name), user \(index)") }
            guard seen.insert(user).isNew else {
                throw UserError("user \(Excerpt(user)) is there twice", at: "\(name), user \(index)")
            }
        }
        return seen
    }
}
