import Files
import Foundation

/// Ids numbered in the order they first appear, found by their bytes without making a `String` of each.
struct IDTable {
    private var arena: [UInt8] = []
    private var ends: [Int] = []
    /// Where ids are found, see ``IDPlaces``.
    private(set) var places = [UInt64](repeating: IDPlaces.free, count: 1024)

    /// The most ids that an `Int32` can number.
    static let capacity = Int(Int32.max)

    /// How many ids there are.
    var count: Int { ends.count }

    /// The number of an id, which is new when it was not there.
    mutating func insert(_ id: UnsafeRawBufferPointer) -> (index: Int, isNew: Bool) {
        let hash = IDHash.hash(id)
        let place = find(id, hash)
        if places[place] != IDPlaces.free { return (IDPlaces.number(places[place]), false) }
        precondition(count < Self.capacity, "more ids than an Int32 can number")
        places[place] = IDPlaces.entry(hash, number: count)
        arena.append(contentsOf: id)
        ends.append(arena.count)
        if count * 2 > places.count { grow() }
        return (count - 1, true)
    }

    /// The number of an id that is a text.
    mutating func insert(_ id: String) -> (index: Int, isNew: Bool) {
        var id = id
        return id.withUTF8 { insert(UnsafeRawBufferPointer($0)) }
    }

    /// The number of an id; nil when it is not there.
    func index(of id: UnsafeRawBufferPointer) -> Int? {
        let entry = places[find(id, IDHash.hash(id))]
        return entry == IDPlaces.free ? nil : IDPlaces.number(entry)
    }

    /// Calls `body` with the bytes of the id with a number.
    func withBytes<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try arena.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start(index)..<ends[index]])) }
    }

    /// The id with a number as text. The bytes must have been checked to be UTF-8.
    func text(_ index: Int) -> String { withBytes(index) { String(decoding: $0, as: UTF8.self) } }

    /// SHA-256 of the ids in their order, see ``ContentHash/of(texts:)``.
    var hash: String { ContentHash.of(texts: (0..<count).lazy.map(text)) }

    private func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

    /// The place that holds an id, or the free one where it would be.
    private func find(_ id: UnsafeRawBufferPointer, _ hash: UInt64) -> Int {
        places.withUnsafeBufferPointer { places in
            IDPlaces.find(hash, in: places) { index in
                withBytes(index) {
                    $0.count == id.count && ($0.isEmpty || memcmp($0.baseAddress!, id.baseAddress!, $0.count) == 0)
                }
            }!
        }
    }

    private mutating func grow() {
        let count = places.count * 2
        var larger = [UInt64](unsafeUninitializedCapacity: count) { larger, initialized in
            LargePages.ask(for: UnsafeRawBufferPointer(larger))
            larger[..<count].initialize(repeating: IDPlaces.free)
            initialized = count
        }
        for index in ends.indices {
            let hash = withBytes(index, IDHash.hash)
            // All are different: the first free place is the id's.
            let place = larger.withUnsafeBufferPointer { IDPlaces.find(hash, in: $0) { _ in false }! }
            larger[place] = IDPlaces.entry(hash, number: index)
        }
        places = larger
    }
}
