/// A random number in [0, 1).
struct Share: Sendable {
    static let bitCount = 53
    /// The number times 2^53.
    let bits: UInt64
    /// The number.
    var value: Double { Double(bits) * 0x1p-53 }
}
