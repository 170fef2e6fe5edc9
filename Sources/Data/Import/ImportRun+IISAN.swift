import Files
import Foundation

extension ImportRun {
    /// Reads lines `user<TAB>item item ...` and lines `item<TAB>title`.
    mutating func readIISAN(users: URL, items: URL, pictures: URL?) throws {
        description = "IISAN form: \(users.lastPathComponent), \(items.lastPathComponent)"
        try readItems(
            ItemTable(Table(items, format: .tsv, firstRow: .data, separator: .tab), id: 1, title: 2), pictures: pictures,
            columns: 2)
        order = HistoryOrder(.given)
        interactionsFile = users
        let reader = try LineReader(users)
        while let line = try reader.line() {
            if line.isEmpty { continue }
            let columns = line.parts(between: UInt8(ascii: "\t"))
            guard columns.count == 2 else {
                throw UserError("\(columns.count) columns, expected a user, a tab and items between spaces", at: reader.place)
            }
            let user = try interactions.user(columns[0], at: reader.place)
            guard user.isNew else {
                throw UserError(
                    "user \(Excerpt(columns[0])) is there twice", at: reader.place,
                    remedy: "Put all items of a user in one line, oldest first.")
            }
            let ids = columns[1].parts(between: UInt8(ascii: " ")).filter { !$0.isEmpty }
            guard !ids.isEmpty else { throw UserError("a user without items", at: reader.place) }
            for id in ids {
                try pause()
                guard let item = try catalogue.index(of: id, at: reader.place, &report) else { continue }
                try interactions.add(user: user.index, item: item, at: reader.place)
                tell()
            }
        }
    }
}
