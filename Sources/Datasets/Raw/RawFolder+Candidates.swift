import Files
import Foundation

extension RawFolder {
    /// Files that can be imported together, the surest first.
    func candidates(_ stop: StopToken) throws -> [Found] {
        var candidates = movieLens() + recBole()
        let taken = Set(candidates.flatMap { [$0.interactions] + ($0.items.map { [$0] } ?? []) })
        var tables: [RawTable] = []
        for file in files where !taken.contains(file) {
            try stop.check()
            // What cannot be read as a table is another file.
            if let table = try? RawTable(file), table.names.count > 1, !table.values[0].isEmpty { tables.append(table) }
        }
        candidates += amazon(tables)
        // A list of items a line is no row per interaction.
        let releases = try iisan(tables, stop)
        candidates += try plainTables(
            tables.filter { table in
                !candidates.contains { $0.uses(table.table.url) }
                    && !releases.contains { $0.interactions.path == table.table.url.path }
            }, stop)
        candidates += releases
        return candidates
    }

    private func movieLens() -> [Found] {
        [("u.data", "u.item"), ("ratings.dat", "movies.dat"), ("ratings.csv", "movies.csv")].flatMap { ratings, movies in
            files.filter { $0.lastPathComponent == ratings }.compactMap { url -> Found? in
                let items = url.deletingLastPathComponent().appending(path: movies)
                guard files.contains(where: { $0.path == items.path }) else { return nil }
                var found = Found(.movieLens, interactions: url, items: items)
                found.note("form", "\(ratings) and \(movies) are the files of MovieLens.")
                return found
            }
        }
    }

    private func recBole() -> [Found] {
        files.filter { $0.pathExtension == "inter" }.map { url in
            let items = url.deletingPathExtension().appendingPathExtension("item")
            var found = Found(
                .recBole, interactions: url, items: files.contains { $0.path == items.path } ? items : nil)
            found.note("form", "\(url.lastPathComponent) is an atomic file of RecBole.")
            return found
        }
    }

    private func amazon(_ tables: [RawTable]) -> [Found] {
        [(["reviewerID", "asin", "unixReviewTime"], "asin"), (["user_id", "parent_asin", "timestamp"], "parent_asin")]
            .compactMap { keys, id -> Found? in
                let objects = tables.filter(\.isJSON)
                guard let reviews = objects.first(where: { Set(keys).isSubset(of: $0.names) }),
                    let metadata = objects.first(where: { $0.names.contains(id) && !$0.names.contains(keys[0]) })
                else { return nil }
                var found = Found(.amazon, interactions: reviews.table.url, items: metadata.table.url)
                found.note("form", "The reviews have the keys \(keys.joined(separator: ", ")).")
                return found
            }
    }

    /// Tables with a row per interaction, each with the items' table that knows most of its items.
    private func plainTables(_ tables: [RawTable], _ stop: StopToken) throws -> [Found] {
        let catalogues = try catalogues(tables, stop)
        var found: [(candidate: Found, score: Int)] = []
        for table in tables where !catalogues.contains(where: { $0.table.table.url == table.table.url }) {
            let time = table.timeColumn
            var item = table.column(named: ImportRun.itemNames)
            // The sure ones come first, so that a later one has to know more items.
            var best: (catalogue: Int, share: Double)?
            for (index, catalogue) in catalogues.enumerated() {
                for column in item.map({ [$0] }) ?? Array(table.names.indices) where column != time {
                    let share = table.share(of: column, in: catalogue.ids)
                    if share > best?.share ?? 0.1 {
                        best = (index, share)
                        if table.column(named: ImportRun.itemNames) == nil { item = column }
                    }
                }
            }
            let named = table.column(named: ImportRun.userNames)
            let user = named ?? table.names.indices.first { $0 != item && $0 != time }
            guard let user, let item, named != nil || best != nil else { continue }
            var candidate = Found(.table, interactions: table.table.url, items: nil)
            candidate.take(table, user: user, item: item, time: time)
            if let best { candidate.take(catalogues[best.catalogue], share: best.share) }
            found.append((candidate, (named == nil ? 0 : 2) + (best == nil ? 0 : 2) + (time == nil ? 0 : 1)))
        }
        return found.sorted { $0.score > $1.score }.map(\.candidate)
    }

    /// Tables with a row per item: an id that is unique, and texts. Those that name the column of ids come first, larger ones before
    /// smaller ones.
    private func catalogues(_ tables: [RawTable], _ stop: StopToken) throws -> [Catalogue] {
        var catalogues: [Catalogue] = []
        for table in tables {
            try stop.check()
            let named = table.column(named: ImportRun.itemNames + ["parent_asin", "id"])
            let id = named ?? 0
            guard table.isUnique(id), let text = table.textColumn, table.column(named: ImportRun.userNames) == nil else {
                continue
            }
            catalogues.append(Catalogue(table: table, id: id, isNamed: named != nil, text: text, ids: try table.ids(id)))
        }
        // Texts that are lists of another table's ids are histories and no titles.
        let titled = catalogues.filter { catalogue in
            let words = catalogue.table.values[catalogue.text].prefix(50).flatMap { $0.split(separator: " ") }
            return !catalogues.contains { other in
                other.table.table.url != catalogue.table.table.url && Self.knows(words, other.ids) * 10 > words.count * 9
            }
        }
        return titled.sorted { ($0.isNamed ? 1 : 0, $0.ids.count) > ($1.isNamed ? 1 : 0, $1.ids.count) }
    }

    /// How many of some words are ids.
    private static func knows(_ words: [Substring], _ ids: IDTable) -> Int {
        words.count { word in Array(word.utf8).withUnsafeBytes { ids.index(of: $0) } != nil }
    }

    /// Lines of a user and items between spaces, with lines of an item and its title.
    private func iisan(_ tables: [RawTable], _ stop: StopToken) throws -> [Found] {
        let pairs = tables.filter { $0.names.count == 2 && !$0.isJSON }
        var found: [Found] = []
        for users in pairs where users.isUnique(0) && users.values[1].contains(where: { $0.contains(" ") }) {
            for items in pairs where items.table.url != users.table.url && items.isUnique(0) {
                try stop.check()
                let ids = try items.ids(0)
                let tokens = users.values[1].flatMap { $0.split(separator: " ") }
                guard Self.knows(tokens, ids) * 2 > tokens.count else { continue }
                var candidate = Found(.iisan, interactions: users.table.url, items: items.table.url)
                candidate.note("form", "Each line has a user, a tab and the user's items, oldest first.")
                found.append(candidate)
            }
        }
        return found
    }
}

/// A table with a row per item.
struct Catalogue {
    let table: RawTable
    /// The column of the ids.
    let id: Int
    /// Whether that column has a known name.
    let isNamed: Bool
    /// The column with the longest texts.
    let text: Int
    let ids: IDTable
}

extension RawFolder.Found {
    func uses(_ url: URL) -> Bool { url == interactions || url == items }

    /// Takes the columns of interactions.
    mutating func take(_ table: RawTable, user: Int, item: Int, time: Int?) {
        note("form", "\(table.table.url.lastPathComponent) has a row per interaction.")
        self.user = table.request(user)
        self.item = table.request(item)
        timestamp = time.map(table.request)
        encoding = table.table.encoding
        if !table.isNamed, !table.isJSON { firstRow = .data }
        func shown(_ column: Int) -> String {
            "as in \(table.values[column].first.map { $0.quoted } ?? "nothing")"
        }
        note(
            "user",
            "\(table.column(named: ImportRun.userNames) == user ? "A known name of users" : "The first other column"), \(shown(user))."
        )
        note(
            "item",
            "\(table.column(named: ImportRun.itemNames) == item ? "A known name of items" : "Its values are ids of the items' file"), \(shown(item))."
        )
        if let time {
            note("timestamp", "Its values are times, \(shown(time)).")
        } else {
            note("timestamp", "No column of times was found: histories are in the order of the rows.")
        }
    }

    /// Takes the columns of items.
    mutating func take(_ catalogue: Catalogue, share: Double) {
        let table = catalogue.table
        items = table.table.url
        id = table.request(catalogue.id)
        title = (table.column(named: ImportRun.titleNames) ?? table.textColumn).map(table.request)
        encoding = encoding ?? table.table.encoding
        note("items", "It has \(Int((share * 100).rounded())) % of the items in the first interactions.")
        let isNamed = table.column(named: ImportRun.titleNames) != nil
        note("title", isNamed ? "A known name of titles." : "The column with the longest texts.")
        let folder = table.table.url.deletingLastPathComponent()
        let picture = table.names.indices.first { column in
            let paths = table.values[column].filter { !$0.isEmpty && !$0.contains("://") && PicturePath.isConfined($0) }.prefix(
                20)
            return paths.contains { path in
                ["jpg", "jpeg", "png", "webp"].contains(URL(filePath: path).pathExtension.lowercased())
                    && FileManager.default.fileExists(atPath: folder.appending(path: path).path)
            }
        }
        if let picture {
            self.picture = table.request(picture)
            note("picture", "Its values are paths of pictures, from the folder of the items' file.")
        }
    }
}
