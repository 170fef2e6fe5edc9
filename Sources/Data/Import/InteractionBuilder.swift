import Files

/// The interactions of an import: gathered row by row, then grouped by user and ordered by time.
struct InteractionBuilder {
    private var users = IDTable()
    private var userOf: [Int32] = []
    private var items: [Int32] = []
    private var timestamps: [Int64] = []
    let hasTimestamps: Bool

    init(hasTimestamps: Bool) { self.hasTimestamps = hasTimestamps }

    /// How many there are.
    var count: Int { items.count }

    /// The number of a user, and whether it is a new one.
    ///
    /// - Throws: ``UserError`` when the id is empty or not UTF-8.
    mutating func user(_ id: ArraySlice<UInt8>, at place: @autoclosure () -> String) throws -> (index: Int32, isNew: Bool) {
        guard users.count < IDTable.capacity else { throw UserError("more than \(IDTable.capacity) users", at: place()) }
        let (index, isNew) = users.insert(id)
        if isNew {
            guard let text = String(validating: id, as: UTF8.self), !text.isEmpty else {
                throw UserError(id.isEmpty ? "an interaction without a user" : "the user's id is not UTF-8", at: place())
            }
        }
        return (Int32(index), isNew)
    }

    /// Adds an interaction.
    mutating func add(user: Int32, item: Int32, timestamp: Int64 = 0) {
        userOf.append(user)
        items.append(item)
        if hasTimestamps { timestamps.append(timestamp) }
    }

    /// Puts users, offsets, items and timestamps into `contents`: users in the order they first appear, each user's items oldest first,
    /// rows of one timestamp in the order they were added. Users without interactions are left out.
    func fill(_ contents: inout DatasetContents, _ report: inout ImportReport) {
        var next = [Int](repeating: 0, count: users.count + 1)
        for user in userOf { next[Int(user) + 1] += 1 }
        for user in 0..<users.count { next[user + 1] += next[user] }
        let starts = next
        contents.interactions = [Int32](repeating: 0, count: items.count)
        contents.timestamps = hasTimestamps ? [Int64](repeating: 0, count: items.count) : nil
        for (row, user) in userOf.enumerated() {
            contents.interactions[next[Int(user)]] = items[row]
            if hasTimestamps { contents.timestamps![next[Int(user)]] = timestamps[row] }
            next[Int(user)] += 1
        }
        contents.users = []
        contents.offsets = [0]
        for (user, id) in users.texts().enumerated() {
            let range = starts[user]..<starts[user + 1]
            guard !range.isEmpty else {
                report.usersWithoutInteractions += 1
                continue
            }
            order(range, of: &contents)
            contents.users.append(id)
            contents.offsets.append(Int64(range.upperBound))
        }
    }

    private func order(_ range: Range<Int>, of contents: inout DatasetContents) {
        guard let times = contents.timestamps?[range], zip(times, times.dropFirst()).contains(where: { $0 > $1 }) else {
            return
        }
        // Time and place together: sort is not promised to keep the order of equal times.
        let rows = range.sorted { (times[$0], $0) < (times[$1], $1) }
        let items = rows.map { contents.interactions[$0] }
        contents.interactions.replaceSubrange(range, with: items)
        contents.timestamps!.replaceSubrange(range, with: rows.map { times[$0] })
    }
}
