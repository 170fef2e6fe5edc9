/// Texts with a number each, found byte by byte: the longest of them at a place costs one step per byte.
///
/// The steps are one hash table of (node, byte), so a vocabulary of 30,000 tokens takes 2 MB.
struct ByteTrie: Sendable {
    /// The node of the empty text.
    static let root: Int32 = 0
    /// Only so many bytes of texts can be distinguished.
    static let mostBytes = 1 << 24
    private static let empty = UInt64.max
    private static let endBit: UInt64 = 1 << 24

    /// A step per element, found by open addressing: from the highest bit its node (24 bits), its byte, 7 unused bits,
    /// whether a text ends where it leads (1 bit), and the node it leads to (24 bits).
    private var steps: [UInt64] = Array(repeating: empty, count: 1024)
    /// What each node's text stands for; -1 where it is only the start of longer ones.
    private var values: [Int32] = [-1]

    /// Adds a text.
    ///
    /// - Returns: the token that the text stood for before, if any.
    mutating func insert(_ text: some Sequence<UInt8>, value: Int32) -> Int32? {
        var node = Self.root
        var last: UInt64?
        for byte in text {
            last = Self.key(node, byte)
            node = step(from: node, byte)?.node ?? addStep(from: node, byte)
        }
        if let last { steps[slot(last)] |= Self.endBit }
        defer { values[Int(node)] = value }
        return values[Int(node)] < 0 ? nil : values[Int(node)]
    }

    /// The node of a text, nil when no text begins with it.
    func node(of text: some Sequence<UInt8>) -> Int32? {
        var node = Self.root
        for byte in text {
            guard let next = step(from: node, byte) else { return nil }
            node = next.node
        }
        return node
    }

    /// What a text stands for.
    func value(of text: some Sequence<UInt8>) -> Int32? {
        guard let node = node(of: text), values[Int(node)] >= 0 else { return nil }
        return values[Int(node)]
    }

    /// The longest text, of at least one byte, that is in `bytes` at `position`.
    ///
    /// - Parameter start: the node to begin with: texts are found without what leads to it.
    /// - Returns: what it stands for and where it ends.
    @inline(__always)
    func longestMatch(
        in bytes: UnsafeBufferPointer<UInt8>, at position: Int, from start: Int32 = root
    ) -> (value: Int32, end: Int)? {
        var best: (node: Int32, end: Int)?
        var node = start
        var position = position
        while position < bytes.count, let next = step(from: node, bytes[position]) {
            node = next.node
            position += 1
            if next.isEnd { best = (node, position) }
        }
        return best.map { (values[Int($0.node)], $0.end) }
    }

    /// Gives all texts, of at least one byte, that are in `bytes` at `position`, the shortest first: what each stands for and
    /// where it ends.
    @inline(__always)
    func forEachMatch(in bytes: UnsafeBufferPointer<UInt8>, at position: Int, _ body: (Int32, Int) -> Void) {
        var node = Self.root
        var position = position
        while position < bytes.count, let next = step(from: node, bytes[position]) {
            node = next.node
            position += 1
            if next.isEnd { body(values[Int(node)], position) }
        }
    }

    @inline(__always)
    private static func key(_ node: Int32, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }

    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        let mask = steps.count - 1
        var slot = Int(truncatingIfNeeded: (key &* 0x9E37_79B9_7F4A_7C15) >> 32) & mask
        while steps[slot] >> 32 != key && steps[slot] != Self.empty { slot = (slot + 1) & mask }
        return slot
    }

    @inline(__always)
    private func step(from node: Int32, _ byte: UInt8) -> (node: Int32, isEnd: Bool)? {
        let found = steps[slot(Self.key(node, byte))]
        return found == Self.empty ? nil : (Int32(truncatingIfNeeded: found & 0xFF_FFFF), found & Self.endBit != 0)
    }

    private mutating func addStep(from node: Int32, _ byte: UInt8) -> Int32 {
        precondition(values.count < Self.mostBytes, "too many texts for one trie")
        if values.count * 2 > steps.count {
            let old = steps
            steps = Array(repeating: Self.empty, count: old.count * 2)
            for step in old where step != Self.empty { steps[slot(step >> 32)] = step }
        }
        let next = values.count
        values.append(-1)
        let key = Self.key(node, byte)
        steps[slot(key)] = key << 32 | UInt64(next)
        return Int32(next)
    }
}
