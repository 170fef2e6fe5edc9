/// The attributes of one item, in eight bytes.
public struct ItemAttributes: Equatable, Sendable {
    /// By the attributes' raw values; the last place says whether the item is new.
    private(set) var values: SIMD8<UInt8> = .zero

    /// An item that has the first value of each attribute.
    public init() {}

    /// The index of an attribute's value among ``Attribute/values``.
    public subscript(_ attribute: Attribute) -> Int {
        get { Int(values[attribute.rawValue]) }
        set { values[attribute.rawValue] = UInt8(newValue) }
    }

    /// Whether the item came out lately.
    public var isNew: Bool {
        get { values[7] != 0 }
        set { values[7] = newValue ? 1 : 0 }
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
