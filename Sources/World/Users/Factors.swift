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

/// What the attributes that neither cells nor shelves tell multiply an item's chance with, in each style and after each kind.
struct RemainingFactors: Sendable {
    private static let kinds = Attribute.counts[Attribute.kind.rawValue]
    /// Style after style, kind after kind, after the kinds once for no last item.
    private let factors: [Factors]
    /// The greatest product of each of `factors`.
    private let largest: [Double]

    init(_ styles: [Style], _ shelving: Shelving) {
        let attributes = shelving.remainingAttributes
        factors = styles.flatMap { style in
            (0...Self.kinds).map { kind in
                Factors(style.weights(afterKind: kind < Self.kinds ? kind : nil), only: attributes)
            }
        }
        largest = factors.map { factors in attributes.map { factors.values(of: $0).max()! }.reduce(1, *) }
    }

    /// The factors in a style and after an item, and the greatest product of them.
    func after(_ last: ItemAttributes?, style: Int) -> (factors: Factors, largest: Double) {
        let place = style * (Self.kinds + 1) + (last?[.kind] ?? Self.kinds)
        return (factors[place], largest[place])
    }
}

/// The exact chances of the next item: what the generator draws from, and what the ceiling ranks by.
///
/// In a style s and after an item l, an item's chance is in proportion to
/// `popularity * exp(sum over attributes of weight[s][value] + follow)`, where `follow` adds for the theme of l and for the kinds
/// that go with l. Items of the history and, before the last two steps, new items have no chance.
struct NextItem: Sendable {
    let catalogue: Catalogue
    let styles: [Style]
    private let cells: CellChances
    private let shelves: ShelfChances
    private let remaining: RemainingFactors

    init(catalogue: Catalogue, styles: [Style]) {
        self.catalogue = catalogue
        self.styles = styles
        shelves = ShelfChances(styles, catalogue)
        cells = CellChances(styles, shelves)
        remaining = RemainingFactors(styles, catalogue.shelving)
    }

    /// Draws an item: a cell by its chance, a shelf by its, an item by popularity, kept in proportion to the other attributes.
    ///
    /// The chances are exactly those of the formula, at a cost that does not grow with the catalogue.
    func draw(
        style: Int, after last: ItemAttributes?, history: [Int], newItems: Bool, random: inout SeededRandom
    ) -> Catalogue.Member {
        let list = cells.list(style: style, after: last)
        let (factors, largest) = remaining.after(last, style: style)
        while true {
            let cell = cells.draw(from: list, random: &random)
            let shelf = shelves.draw(style: style, cell: cell, random: &random)
            let member = catalogue.draw(from: shelf, random: &random)
            guard random.uniform() * largest < factors.remaining(member.attributes), newItems || !member.attributes.isNew,
                !history.contains(Int(member.item))
            else { continue }
            return member
        }
    }
}
