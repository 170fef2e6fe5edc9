package import Datasets
import Files
import HashTreeCollections
package import Torch

/// The items that answers come from at one revision: vectors, ids, titles, tags and hidden marks, none of which ever changes.
///
/// Whoever has one reads it without a lock for as long as it likes. The next one shares all blocks of vectors but those with a change, and
/// all else that is the same.
package struct CatalogueSnapshot: Sendable {
    /// Counts the changes: 0 for what was opened.
    package private(set) var revision = 0
    /// The vectors; rows of removed items stay where they were.
    package private(set) var search: ExactSearch
    /// Rows that are no answer: hidden items and removed ones.
    package private(set) var leftOut: RowSet
    private let dataset: Dataset
    /// What is not as the dataset has it, by row.
    private var records = TreeDictionary<Int, Record>()
    /// The rows of ids that are not at the dataset's place.
    private var places = TreeDictionary<ExactText, Int?>()
    private var tags: [String: RowSet] = [:]

    /// An item that was put in after the dataset was made, or is not as it was there.
    private struct Record: Sendable {
        var id: String
        var title: String?
        var tags: Set<String>
        var isHidden: Bool
        /// What each tower adds to its vector, where that is not as it was at first.
        var towers: [Float]?
    }

    /// What is known of an item.
    package struct Entry: Sendable, Equatable {
        /// Its id.
        package var id: String
        /// Its title; nil where it has none.
        package var title: String?
        /// Words that questions can ask for.
        package var tags: Set<String>
        /// Whether it is hidden: never recommended until it is shown again.
        package var isHidden: Bool
    }

    /// A change of one item.
    package enum Change: Sendable {
        /// Adds an item, or puts another in the place of the one with its id.
        case put(id: String, title: String?, tags: Set<String>, vector: [Float], towers: [Float]? = nil)
        /// Gives an item other tags.
        case tag(id: String, Set<String>)
        /// Hides an item from answers, or shows it again.
        case hide(id: String, Bool)
        /// Removes an item; its id is free again.
        case remove(id: String)
    }

    /// The catalogue of a dataset, whose items have no tags and are all shown.
    ///
    /// - Parameter search: a row for each of the dataset's items.
    package init(_ dataset: Dataset, search: ExactSearch) {
        precondition(search.count == dataset.items.count, "\(search.count) vectors of \(dataset.items.count) items")
        self.dataset = dataset
        self.search = search
        leftOut = RowSet(capacity: search.count)
    }

    /// The row of an id; nil where no item has it.
    package func row(of id: String) -> Int? { places[ExactText(id)] ?? dataset.itemIndex(of: id) }

    /// The item of a row.
    package subscript(row: Int) -> Entry {
        if let known = records[row] {
            return Entry(id: known.id, title: known.title, tags: known.tags, isHidden: known.isHidden)
        }
        let item = dataset.items[row]
        return Entry(id: item.id, title: item.title, tags: [], isHidden: false)
    }

    /// Whether the item of a row came after the dataset was made, so that nothing was counted of it.
    package func isLater(_ row: Int) -> Bool { row >= dataset.items.count }

    /// What each tower adds to the vector of an item that was put in or changed; nil for the others.
    package func changedTowers(_ row: Int) -> [Float]? { records[row]?.towers }

    /// The same of all items that were put in or changed, by row.
    package var changedTowers: [Int: [Float]] {
        Dictionary(uniqueKeysWithValues: records.compactMap { row, record in record.towers.map { (row, $0) } })
    }

    /// Rows that are no answer where an item has to have a tag of each group.
    ///
    /// - Parameter groups: of each group an item has to have one tag at least.
    package func leftOut(where groups: [Set<String>]) -> RowSet {
        var left = leftOut
        for group in groups {
            var having = RowSet(capacity: search.count)
            for tag in group { if let rows = tags[tag] { having.formUnion(rows.grown(to: search.count)) } }
            left.formUnion(having.inverted())
        }
        return left
    }

    /// The same catalogue as another revision, as where it takes the place of another run's.
    package func numbered(_ revision: Int) -> CatalogueSnapshot {
        var other = self
        other.revision = revision
        return other
    }

    /// The same catalogue, searched by codes as well.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    package func coded() throws -> CatalogueSnapshot {
        var other = self
        other.search = try search.coded()
        return other
    }

    /// The catalogue after some changes, one revision later.
    ///
    /// - Throws: ``UserError`` for an id that no item has, and for a vector that is not finite or of another width; nothing is changed then.
    package func applying(_ changes: [Change]) throws -> CatalogueSnapshot {
        var next = self
        var vectors: [Int: [Float]] = [:]
        for change in changes { try next.apply(change, &vectors) }
        next.search = try search.replacing(vectors)
        next.revision += 1
        return next
    }

    private mutating func apply(_ change: Change, _ vectors: inout [Int: [Float]]) throws {
        switch change {
        case .put(let id, let title, let tags, let vector, let towers):
            guard vector.count == search.width, vector.allSatisfy(\.isFinite) else {
                throw UserError(
                    "the vector of item \(id.quoted) has \(vector.count) numbers, or one that is not finite; expected \(search.width)"
                )
            }
            let row = self.row(of: id) ?? leftOut.capacity
            leftOut.grow(to: max(leftOut.capacity, row + 1))
            places[ExactText(id)] = .some(row)
            vectors[row] = vector
            set(row, Record(id: id, title: title, tags: tags, isHidden: false, towers: towers))
        case .tag(let id, let tags):
            let (row, entry) = try known(id)
            set(row, Record(id: id, title: entry.title, tags: tags, isHidden: entry.isHidden, towers: records[row]?.towers))
        case .hide(let id, let isHidden):
            let (row, entry) = try known(id)
            set(row, Record(id: id, title: entry.title, tags: entry.tags, isHidden: isHidden, towers: records[row]?.towers))
        case .remove(let id):
            let (row, _) = try known(id)
            set(row, Record(id: id, title: nil, tags: [], isHidden: true, towers: records[row]?.towers))
            // The dataset would still find it.
            places.updateValue(nil, forKey: ExactText(id))
        }
    }

    private func known(_ id: String) throws -> (row: Int, entry: Entry) {
        guard let row = row(of: id) else { throw UserError("there is no item \(id.quoted)") }
        return (row, self[row])
    }

    private mutating func set(_ row: Int, _ record: Record) {
        for tag in records[row]?.tags ?? [] { tags[tag]?.remove(row) }
        for tag in record.tags {
            tags[tag, default: RowSet(capacity: leftOut.capacity)].grow(to: leftOut.capacity)
            tags[tag]?.insert(row)
        }
        if record.isHidden { leftOut.insert(row) } else { leftOut.remove(row) }
        records[row] = record
    }
}
