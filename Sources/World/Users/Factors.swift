import Foundation

/// What multiplies an item's chance, by attribute and value.
struct Factors {
    /// Values of an attribute start at its index times this; none has more values.
    private static let stride = 16
    private var table: [Double]

    /// The exponentials of weights, by attribute and then by value.
    init(_ weights: [[Double]]) {
        precondition(weights.allSatisfy { $0.count <= Self.stride }, "an attribute has more than \(Self.stride) values")
        table = [Double](repeating: 1, count: weights.count * Self.stride)
        for (attribute, values) in weights.enumerated() {
            for (value, weight) in values.enumerated() { table[attribute * Self.stride + value] = exp(weight) }
        }
    }

    /// The factor of a value of an attribute.
    subscript(_ attribute: Attribute, _ value: Int) -> Double { table[attribute.rawValue * Self.stride + value] }

    /// The factors of an attribute's values.
    func values(of attribute: Attribute) -> [Double] {
        (0..<Attribute.counts[attribute.rawValue]).map { self[attribute, $0] }
    }

    /// The factor of an item: the product over its attributes.
    func product(_ attributes: ItemAttributes) -> Double {
        var product = 1.0
        for start in Swift.stride(from: 0, to: table.count, by: Self.stride) {
            product *= table[start + Int(attributes.values[start / Self.stride])]
        }
        return product
    }
}
