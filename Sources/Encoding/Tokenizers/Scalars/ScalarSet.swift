/// A set of scalars as a class of a pattern describes it: kinds, and scalars one by one.
struct ScalarSet: Sendable {
    /// A bit for each ASCII character.
    private var low: UInt64 = 0
    private var high: UInt64 = 0
    /// What the set holds beyond ASCII, before it is turned round.
    private var kinds: ScalarKinds = []
    private var ranges: [ClosedRange<UInt32>] = []
    private var isInverted = false

    /// The empty set.
    init() {}

    /// The set of one scalar.
    init(_ scalar: Unicode.Scalar) { insert(scalar.value...scalar.value) }

    /// The set of all scalars of some kinds.
    init(_ kinds: ScalarKinds) { insert(kinds) }

    /// The set of white space.
    static let space = ScalarSet(where: { $0.properties.isWhitespace }, beyond: .space)
    /// The set of word characters.
    static let word = ScalarSet(where: { $0.isWordCharacter }, beyond: .word)

    /// The set of the ASCII characters that `isMember` takes, and of kinds beyond ASCII.
    init(where isMember: (Unicode.Scalar) -> Bool, beyond kinds: ScalarKinds) {
        for value in 0..<128 as Range<UInt8> where isMember(Unicode.Scalar(value)) { insert(ascii: UInt32(value)) }
        self.kinds = kinds
    }

    /// The set of the scalars that `isMember` takes.
    init(where isMember: (Unicode.Scalar) -> Bool) {
        var start: UInt32?
        for value in 0...0x110000 as ClosedRange<UInt32> {
            let member = Unicode.Scalar(value).map(isMember) ?? false
            if member, start == nil { start = value }
            if !member, let first = start {
                insert(first...value - 1)
                start = nil
            }
        }
    }

    /// Whether the set holds a scalar.
    @inline(__always)
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        let value = scalar.value
        if value < 64 { return low >> UInt64(value) & 1 != 0 }
        if value < 128 { return high >> UInt64(value - 64) & 1 != 0 }
        return (kinds.contains(scalar) || (!ranges.isEmpty && isInRange(value))) != isInverted
    }

    private func isInRange(_ value: UInt32) -> Bool {
        var start = 0
        var end = ranges.count
        while start < end {
            let middle = (start + end) / 2
            if ranges[middle].upperBound < value { start = middle + 1 } else { end = middle }
        }
        return start < ranges.count && ranges[start].contains(value)
    }

    /// Adds all scalars of some kinds.
    mutating func insert(_ kinds: ScalarKinds) {
        self.kinds.formUnion(kinds)
        for value in 0..<128 as Range<UInt8> where kinds.contains(Unicode.Scalar(value)) { insert(ascii: UInt32(value)) }
    }

    /// Adds the scalars of another set, which names none beyond ASCII one by one.
    mutating func insert(_ other: ScalarSet) {
        precondition(other.ranges.isEmpty, "a class of kinds only")
        low |= other.low
        high |= other.high
        kinds.formUnion(other.isInverted ? ScalarKinds.all.subtracting(other.kinds) : other.kinds)
    }

    /// Adds a range of scalars.
    mutating func insert(_ range: ClosedRange<UInt32>) {
        if range.lowerBound < 128 {
            for value in range.lowerBound...min(range.upperBound, 127) { insert(ascii: value) }
        }
        if range.upperBound >= 128 {
            ranges.append(max(range.lowerBound, 128)...range.upperBound)
            sortRanges()
        }
    }

    /// The set of all other scalars.
    var inverted: ScalarSet {
        var set = self
        set.low = ~low
        set.high = ~high
        set.isInverted.toggle()
        return set
    }

    private mutating func insert(ascii value: UInt32) {
        if value < 64 { low |= 1 << UInt64(value) } else { high |= 1 << UInt64(value - 64) }
    }

    /// Brings the ranges into order, without overlaps, so that they can be searched.
    private mutating func sortRanges() {
        guard ranges.count > 1, let last = ranges.last, last.lowerBound <= ranges[ranges.count - 2].upperBound else { return }
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        ranges = merged
    }
}
