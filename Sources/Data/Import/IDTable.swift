import Foundation

/// Ids numbered in the order they first appear, found by their bytes without making a `String` of each.
struct IDTable {
    private var arena: [UInt8] = []
    private var ends: [Int] = []
    // In each place the upper half of the id's hash over its number, or `free`. The hash beside the number tells most other ids apart
    // without a look at their bytes. The count is a power of two and at most half of the places are taken.
    private var places = [UInt64](repeating: Self.free, count: 1024)
    private static let free = UInt64.max

    /// The most ids that an `Int32` can number.
    static let capacity = Int(Int32.max)

    /// How many ids there are.
    var count: Int { ends.count }

    /// The number of an id, which is new when it was not there.
    mutating func insert(_ id: ArraySlice<UInt8>) -> (index: Int, isNew: Bool) {
        let hash = Self.hash(id)
        let place = find(id, hash)
        if places[place] != Self.free { return (Self.number(places[place]), false) }
        precondition(count < Self.capacity, "more ids than an Int32 can number")
        places[place] = hash & Self.upperHalf | UInt64(count)
        arena.append(contentsOf: id)
        ends.append(arena.count)
        if count * 2 > places.count { grow() }
        return (count - 1, true)
    }

    /// The number of an id; nil when it is not there.
    func index(of id: ArraySlice<UInt8>) -> Int? {
        let entry = places[find(id, Self.hash(id))]
        return entry == Self.free ? nil : Self.number(entry)
    }

    /// The bytes of the id with a number.
    func bytes(_ index: Int) -> ArraySlice<UInt8> { arena[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    /// The ids as text, in order. The bytes must have been checked to be UTF-8.
    func texts() -> [String] { (0..<count).map { String(decoding: bytes($0), as: UTF8.self) } }

    /// The place that holds an id, or the free one where it would be.
    private func find(_ id: ArraySlice<UInt8>, _ hash: UInt64) -> Int {
        id.withUnsafeBytes { wanted in
            arena.withUnsafeBytes { arena in
                var place = Int(hash) & (places.count - 1)
                while places[place] != Self.free {
                    let index = Self.number(places[place])
                    let start = index == 0 ? 0 : ends[index - 1]
                    if (places[place] ^ hash) & Self.upperHalf == 0, ends[index] - start == wanted.count,
                        wanted.isEmpty || memcmp(arena.baseAddress! + start, wanted.baseAddress!, wanted.count) == 0
                    {
                        return place
                    }
                    place = (place + 1) & (places.count - 1)
                }
                return place
            }
        }
    }

    private static let upperHalf: UInt64 = 0xFFFF_FFFF_0000_0000

    private static func number(_ entry: UInt64) -> Int { Int(entry & ~upperHalf) }

    private static func hash(_ id: ArraySlice<UInt8>) -> UInt64 {
        var hasher = Hasher()
        id.withUnsafeBytes { hasher.combine(bytes: $0) }
        // The low half chooses the place: it must be a positive Int.
        return UInt64(bitPattern: Int64(hasher.finalize())) & ~(1 << 63)
    }

    private mutating func grow() {
        places = [UInt64](repeating: Self.free, count: places.count * 2)
        for index in ends.indices {
            let hash = Self.hash(bytes(index))
            places[find(bytes(index), hash)] = hash & Self.upperHalf | UInt64(index)
        }
    }
}
