/// Random numbers that are the same on every platform for the same seed: all that is drawn here and not by LibTorch.
///
/// SplitMix64 (Steele, Lea and Flood, 2014): the state grows by a constant, and each number is the state, mixed.
package struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Starts the sequence of a seed.
    package init(seed: UInt64) { state = seed }

    /// Starts the sequence of a seed and a number, as of an epoch; that of (1, 2) is not that of (2, 1).
    package init(seed: UInt64, number: Int) {
        var first = SplitMix64(seed: seed)
        var second = SplitMix64(seed: first.next() ^ UInt64(bitPattern: Int64(number)))
        self.init(seed: second.next())
    }

    /// The next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    /// A number in 0..<bound: the high half of a 64 x 64 bit product. Its bias, below bound / 2^64, is too small to be seen.
    package mutating func next(below bound: Int) -> Int {
        Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Puts elements into a random order (Fisher and Yates, written out: it must not change with the standard library's shuffle).
    package mutating func shuffle<Element>(_ elements: inout [Element]) {
        for last in stride(from: elements.count - 1, to: 0, by: -1) { elements.swapAt(last, next(below: last + 1)) }
    }

    /// 64 bits of which each depends on all bits of a value, one to one.
    package static func mixed(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
