/// Texts with a number each, found whole. A look-up costs one hash and, as a rule, one comparison.
struct TokenTable: Sendable {
    private struct Entry: Sendable {
        var start: Int
        var count: Int
        var value: Int32
    }

    private var bytes: [UInt8] = []
    private var entries: [Entry] = []
    /// The entry at each hash, with open addressing; -1 where there is none.
    private var slots: [Int32]
    /// Drawn again for each table, so that no file can be made whose tokens all fall on one slot.
    private let seed = UInt64.random(in: 0 ... .max)

    /// The number of texts.
    var count: Int { entries.count }
    /// The largest number; -1 when the table is empty.
    var largestValue: Int32 { entries.reduce(-1) { max($0, $1.value) } }

    /// Makes a table with room for some texts.
    init(capacity: Int = 0) {
        slots = Array(repeating: -1, count: max(16, capacity * 2).nextPowerOfTwo)
        entries.reserveCapacity(capacity)
    }

    /// Adds a text; one that is there already gets the new number.
    ///
    /// - Returns: the number it had before, if any.
    @discardableResult
    mutating func insert(_ text: UnsafeBufferPointer<UInt8>, value: Int32) -> Int32? {
        if entries.count * 2 >= slots.count { grow() }
        let slot = slot(of: text)
        if slots[slot] >= 0 {
            defer { entries[Int(slots[slot])].value = value }
            return entries[Int(slots[slot])].value
        }
        slots[slot] = Int32(entries.count)
        entries.append(Entry(start: bytes.count, count: text.count, value: value))
        bytes.append(contentsOf: text)
        return nil
    }

    /// Adds a text.
    @discardableResult
    mutating func insert(_ text: String, value: Int32) -> Int32? {
        var text = text
        return text.withUTF8 { insert($0, value: value) }
    }

    /// The number of a text.
    @inline(__always)
    func value(of text: UnsafeBufferPointer<UInt8>) -> Int32? {
        let entry = slots[slot(of: text)]
        return entry < 0 ? nil : entries[Int(entry)].value
    }

    /// The number of a text.
    func value(of text: String) -> Int32? {
        var text = text
        return text.withUTF8 { value(of: $0) }
    }

    /// Gives all texts with their numbers, in the order in which they came.
    func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int32) throws -> Void) rethrows {
        try bytes.withUnsafeBufferPointer { bytes in
            for entry in entries { try body(bytes.slice(entry.start..<entry.start + entry.count), entry.value) }
        }
    }

    @inline(__always)
    private func slot(of text: UnsafeBufferPointer<UInt8>) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: hash(text) >> 20) & mask
        while slots[slot] >= 0 && !isEqual(entries[Int(slots[slot])], text) { slot = (slot + 1) & mask }
        return slot
    }

    @inline(__always)
    private func isEqual(_ entry: Entry, _ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard entry.count == text.count else { return false }
        for index in 0..<text.count where bytes[entry.start + index] != text[index] { return false }
        return true
    }

    @inline(__always)
    private func hash(_ text: UnsafeBufferPointer<UInt8>) -> UInt64 {
        var hash = seed
        var word: UInt64 = 0
        for (index, byte) in text.enumerated() {
            word = word << 8 | UInt64(byte)
            if index & 7 == 7 { hash = Self.mix(hash ^ word) }
        }
        return Self.mix(hash ^ word ^ UInt64(text.count) << 57)
    }

    /// Spreads each bit over all: the two halves of a product, one over the other.
    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return product.high ^ product.low
    }

    private mutating func grow() {
        slots = Array(repeating: -1, count: slots.count * 2)
        bytes.withUnsafeBufferPointer { bytes in
            for (index, entry) in entries.enumerated() {
                let mask = slots.count - 1
                var slot = Int(truncatingIfNeeded: hash(bytes.slice(entry.start..<entry.start + entry.count)) >> 20) & mask
                while slots[slot] >= 0 { slot = (slot + 1) & mask }
                slots[slot] = Int32(index)
            }
        }
    }
}

extension Int {
    /// The least power of two that is not below.
    var nextPowerOfTwo: Int { self <= 1 ? 1 : 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
