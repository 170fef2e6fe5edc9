/// An open-addressed table of ids: in each place the upper half of an id's hash over its number, or `free`.
///
/// The hash beside the number tells most other ids apart without a look at their bytes. The count of places is a power of two and at
/// most half of them are taken. The table is plain numbers, so a dataset keeps it in a file that is mapped.
enum IDPlaces {
    /// A place that nobody has.
    static let free = UInt64.max

    /// What stands in an id's place.
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
