import Foundation

/// What multiplies an item's chance, by attribute and value.
struct Factors: Sendable {
    /// Values of an attribute start at its index times this; none has more values.
    private static let stride = 16
    private var table: [Double]

    /// The exponentials of weights, by attribute and then by value.
    ///
    /// - Parameter attributes: the factors of others are 1.
    init(_ weights: [[Double]], only attributes: [Attribute] = Attribute.allCases) {
        precondition(weights.allSatisfy { $0.count <= Self.stride }, "an attribute has more than \(Self.stride) values")
        table = [Double](repeating: 1, count: weights.count * Self.stride)
        for attribute in attributes {
            for (value, weight) in weights[attribute.rawValue].enumerated() {
                table[attribute.rawValue * Self.stride + value] = exp(weight)
            }
        }
    }

    /// The factor of a value of an attribute.
    subscript(_ attribute: Attribute, _ value: Int) -> Double { table[attribute.rawValue * Self.stride + value] }

    /// The factors of an attribute's values.
    func values(of attribute: Attribute) -> [Double] {
        (0..<Attribute.counts[attribute.rawValue]).map { self[attribute, $0] }
    }

    /// The products of the factors of some attributes, for all their values; those of the last attribute follow each other.
    func products(of attributes: [Attribute]) -> [Double] {
        attributes.reduce([1]) { products, attribute in
            products.flatMap { product in values(of: attribute).map { product * $0 } }
        }
    }

    /// The product over all attributes.
    @inline(__always)
    func product(_ attributes: ItemAttributes) -> Double {
        self[.theme, attributes[.theme]] * self[.colour, attributes[.colour]] * self[.craft, attributes[.craft]]
            * remaining(attributes)
    }

    /// The product over the attributes that make no cell.
    @inline(__always)
    func remaining(_ attributes: ItemAttributes) -> Double {
        self[.kind, attributes[.kind]] * self[.pattern, attributes[.pattern]] * self[.backdrop, attributes[.backdrop]]
            * self[.maker, attributes[.maker]]
    }
}
