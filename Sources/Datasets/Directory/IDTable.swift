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

/// An open-addressed table of ids: in each place the upper half of an id's hash over its number, or `free`.
///
/// The hash beside the number tells most other ids apart without a look at their bytes. The count of places is a power of two and at
/// most half of them are taken. The table is plain numbers, so a dataset keeps it in a file that is mapped.
enum IDPlaces {
    /// A place that nobody has.
    static let free = UInt64.max

    /// What is in an id's place.
    static func entry(_ hash: UInt64, number: Int) -> UInt64 { hash & upperHalf | UInt64(number) }

    /// The id's number in an entry.
    static func number(_ entry: UInt64) -> Int { Int(entry & ~upperHalf) }

    /// The place whose number `isWanted` takes, or the free one where it would be; nil only in a damaged table, which has neither.
    static func find(_ hash: UInt64, in places: UnsafeBufferPointer<UInt64>, _ isWanted: (Int) -> Bool) -> Int? {
        var place = Int(truncatingIfNeeded: hash) & (places.count - 1)
        for _ in places.indices {
            if places[place] == free { return place }
            if (places[place] ^ hash) & upperHalf == 0, isWanted(number(places[place])) { return place }
            place = (place + 1) & (places.count - 1)
        }
        return nil
    }

    private static let upperHalf: UInt64 = 0xFFFF_FFFF_0000_0000
}

/// The hash that finds ids in tables, the same on every platform and in every release: datasets keep a table made with it.
enum IDHash {
    /// The hash of an id's bytes: eight at a time are mixed by a product of 128 bits, whose halves are folded together.
    static func hash(_ id: UnsafeRawBufferPointer) -> UInt64 {
        var hash = UInt64(id.count) ^ 0x9E37_79B9_7F4A_7C15
        var place = 0
        while place + 8 <= id.count {
            hash = mix(hash ^ UInt64(littleEndian: id.loadUnaligned(fromByteOffset: place, as: UInt64.self)))
            place += 8
        }
        var rest: UInt64 = 0
        while place < id.count {
            rest = rest << 8 | UInt64(id[place])
            place += 1
        }
        return mix(mix(hash ^ rest))
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        let (high, low) = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return high ^ low
    }
}
