import Foundation

/// Ids numbered in the order they first appear, found by their bytes without making a `String` of each.
struct IDTable {
    private var arena: [UInt8] = []
    private var ends: [Int] = []
    // Index of the id in each place, -1 where free; the count is a power of two and at most half of the places are taken.
    private var places = [Int32](repeating: -1, count: 1024)

    /// The most ids that an `Int32` can number.
    static let capacity = Int(Int32.max)

    /// How many ids there are.
    var count: Int { ends.count }

    /// The number of an id, which is new when it was not there.
    mutating func insert(_ id: ArraySlice<UInt8>) -> (index: Int, isNew: Bool) {
        let place = find(id)
        if places[place] >= 0 { return (Int(places[place]), false) }
        precondition(count < Self.capacity, "more ids than an Int32 can number")
        places[place] = Int32(count)
        arena.append(contentsOf: id)
        ends.append(arena.count)
        if count * 2 > places.count { grow() }
        return (count - 1, true)
    }

    /// The number of an id; nil when it is not there.
    func index(of id: ArraySlice<UInt8>) -> Int? {
        let index = places[find(id)]
        return index < 0 ? nil : Int(index)
    }

    /// The bytes of the id with a number.
    func bytes(_ index: Int) -> ArraySlice<UInt8> { arena[(index == 0 ? 0 : ends[index - 1])..<ends[index]] }

    /// The ids as text, in order. The bytes must have been checked to be UTF-8.
    func texts() -> [String] { (0..<count).map { String(decoding: bytes($0), as: UTF8.self) } }

    /// The place that holds an id, or the free one where it would be.
    private func find(_ id: ArraySlice<UInt8>) -> Int {
        id.withUnsafeBytes { wanted in
            arena.withUnsafeBytes { arena in
                var place = hash(wanted)
                while places[place] >= 0 {
                    let index = Int(places[place])
                    let start = index == 0 ? 0 : ends[index - 1]
                    if ends[index] - start == wanted.count,
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

    private func hash(_ id: UnsafeRawBufferPointer) -> Int {
        var hasher = Hasher()
        hasher.combine(bytes: id)
        return hasher.finalize() & (places.count - 1)
    }

    private mutating func grow() {
        places = [Int32](repeating: -1, count: places.count * 2)
        for index in ends.indices { places[find(bytes(index))] = Int32(index) }
    }
}
