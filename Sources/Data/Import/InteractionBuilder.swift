import Files

/// The interactions of an import, gathered row by row.
struct InteractionBuilder {
    /// The users' ids.
    private(set) var users = IDTable()
    /// The interactions.
    let list = InteractionList()

    /// How many there are.
    var count: Int { list.count }

    /// The number of a user, and whether it is a new one.
    ///
    /// - Throws: ``UserError`` when the id is empty or not UTF-8.
    mutating func user(_ id: UnsafeRawBufferPointer, at place: @autoclosure () -> String) throws -> (index: Int32, isNew: Bool)
    {
        guard users.count < IDTable.capacity else { throw UserError("more than \(IDTable.capacity) users", at: place()) }
        let (index, isNew) = users.insert(id)
        if isNew {
            guard let text = String(validating: id, as: UTF8.self), !text.isEmpty else {
                throw id.isEmpty
                    ? UserError("an interaction without a user", at: place())
                    : UserError.notUTF8("the user's id", id, at: place())
            }
        }
        return (Int32(index), isNew)
    }

    /// Adds an interaction.
    ///
    /// - Throws: ``UserError`` when there are more than can be numbered.
    func add(user: Int32, item: Int32, timestamp: Int64 = 0, at place: @autoclosure () -> String) throws {
        guard count < InteractionList.capacity else {
            throw UserError("more than \(InteractionList.capacity) interactions", at: place())
        }
        list.append(Interaction(user: user, item: item, timestamp: timestamp))
    }
}
