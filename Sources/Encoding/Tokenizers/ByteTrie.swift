/// Texts with a number each, found byte by byte: the longest of them at a place costs one step per byte.
///
/// The steps are one hash table of (node, byte), so a vocabulary of 30,000 tokens takes 2 MB.
struct ByteTrie: Sendable {
    /// The node of the empty text.
    static let root: Int32 = 0
    private static let empty: UInt64 = .max

    /// A step as `node * 256 + byte`, and the node it leads to; found by open addressing.
    private var steps: [(key: UInt64, node: Int32)] = Array(repeating: (empty, 0), count: 1024)
    /// What each node's text stands for; -1 where it is only the start of longer ones.
    private var values: [Int32] = [-1]

    /// Adds a text.
    ///
    /// - Returns: what the text stood for before, if anything.
    mutating func insert(_ text: some Sequence<UInt8>, value: Int32) -> Int32? {
        var node = Self.root
        for byte in text { node = step(from: node, byte) ?? addStep(from: node, byte) }
        defer { values[Int(node)] = value }
        return values[Int(node)] < 0 ? nil : values[Int(node)]
    }

    /// The node of a text, nil when no text begins with it.
    func node(of text: some Sequence<UInt8>) -> Int32? {
        var node = Self.root
        for byte in text {
            guard let next = step(from: node, byte) else { return nil }
            node = next
        }
        return node
    }

    /// What a text stands for.
    func value(of text: some Sequence<UInt8>) -> Int32? {
        guard let node = node(of: text), values[Int(node)] >= 0 else { return nil }
        return values[Int(node)]
    }

    /// The longest text, of at least one byte, that stands in `bytes` at `position`.
    ///
    /// - Parameter start: the node to begin with: texts are found without what leads to it.
    /// - Returns: what it stands for and where it ends.
    @inline(__always)
    func longestMatch(
        in bytes: UnsafeBufferPointer<UInt8>, at position: Int, from start: Int32 = root
    ) -> (value: Int32, end: Int)? {
        var best: (value: Int32, end: Int)?
        var node = start
        var position = position
        while position < bytes.count, let next = step(from: node, bytes[position]) {
            node = next
            position += 1
            let value = values[Int(node)]
            if value >= 0 { best = (value, position) }
        }
        return best
    }

    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        let mask = steps.count - 1
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while steps[slot].key != key && steps[slot].key != Self.empty { slot = (slot + 1) & mask }
        return slot
    }

    @inline(__always)
    private func step(from node: Int32, _ byte: UInt8) -> Int32? {
        let key = UInt64(node) << 8 | UInt64(byte)
        let found = steps[slot(key)]
        return found.key == key ? found.node : nil
    }

    private mutating func addStep(from node: Int32, _ byte: UInt8) -> Int32 {
        if values.count * 2 > steps.count {
            let old = steps
            steps = Array(repeating: (Self.empty, 0), count: old.count * 2)
            for step in old where step.key != Self.empty { steps[slot(step.key)] = step }
        }
        let next = Int32(values.count)
        values.append(-1)
        let key = UInt64(node) << 8 | UInt64(byte)
        steps[slot(key)] = (key, next)
        return next
    }
}
