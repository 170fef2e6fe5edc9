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
