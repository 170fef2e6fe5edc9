/// The attributes of one item, in four bytes.
public struct ItemAttributes: Equatable, Sendable {
    /// Four bits for each attribute, in the order of their raw values; above them one that says whether the item is new.
    private var bits: UInt32 = 0
    private static let newBit: UInt32 = 1 << 28

    /// An item that has the first value of each attribute.
    public init() {}

    /// The index of an attribute's value among ``Attribute/values``.
    public subscript(_ attribute: Attribute) -> Int {
        get { Int(bits >> (4 * UInt32(attribute.rawValue)) & 15) }
        set {
            precondition((0...15).contains(newValue), "a value of an attribute has four bits")
            let shift = 4 * UInt32(attribute.rawValue)
            bits = bits & ~(15 << shift) | UInt32(newValue) << shift
        }
    }

    /// Whether the item came out lately.
    public var isNew: Bool {
        get { bits & Self.newBit != 0 }
        set { bits = newValue ? bits | Self.newBit : bits & ~Self.newBit }
    }

    /// Attributes drawn independently and evenly.
    init(drawnWith random: inout SeededRandom, newItemShare: Double) {
        for attribute in Attribute.allCases { self[attribute] = random.index(Attribute.counts[attribute.rawValue]) }
        isNew = random.uniform() < newItemShare
    }

    var kind: Kind { Kind.allCases[self[.kind]] }
    var colour: Colour { Colour.allCases[self[.colour]] }
    var pattern: Pattern { Pattern.allCases[self[.pattern]] }
    var backdrop: Backdrop { Backdrop.allCases[self[.backdrop]] }
}
