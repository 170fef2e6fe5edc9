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
