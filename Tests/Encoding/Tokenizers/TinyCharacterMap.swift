/// Builds a map of characters in SentencePiece's form: a double array that leads from a text's bytes to what the text becomes.
struct TinyCharacterMap {
    private(set) var bytes: [UInt8] = []

    /// Builds the map; no text may be the start of another.
    init(_ entries: [(String, String)]) {
        var texts: [UInt8] = []
        var places: [[UInt8]: UInt32] = [:]
        for (text, replacement) in entries {
            places[Array(text.utf8)] = UInt32(texts.count)
            texts += Array(replacement.utf8) + [0]
        }
        // Each node has 256 units of its own, of which the first holds the value.
        var units: [UInt32] = [0]
        units += Array(repeating: 0, count: 255)
        func add(_ keys: [[UInt8]], depth: Int, base: Int) {
            for byte in Set(keys.map { $0[depth] }) {
                let unit = base ^ Int(byte)
                let longer = keys.filter { $0[depth] == byte }
                let ends = longer.first { $0.count == depth + 1 }
                let child = units.count
                units += Array(repeating: 0, count: 256)
                units[unit] = UInt32(unit ^ child) << 10 | UInt32(byte) | (ends == nil ? 0 : 1 << 8)
                if let ends { units[child] = 0x8000_0000 | places[ends]! } else { add(longer, depth: depth + 1, base: child) }
            }
        }
        units += Array(repeating: 0, count: 256)
        units[0] = 256 << 10
        add(Array(places.keys), depth: 0, base: 256)
        func append(_ word: UInt32) { bytes += (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) } }
        append(UInt32(units.count * 4))
        for unit in units { append(unit) }
        bytes += texts
    }
}
