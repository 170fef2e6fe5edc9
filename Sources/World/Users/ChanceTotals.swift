import Foundation

/// What chances are divided by so that they sum to 1, in each style and after any item, without going through the items again.
struct ChanceTotals: Sendable {
    private static let themes = Attribute.counts[Attribute.theme.rawValue]
    private static let kinds = Attribute.counts[Attribute.kind.rawValue]
    /// Style after style, theme after theme, kind after kind: the sum over such items of popularity times factors.
    private let sums: [Double]

    /// Goes through all items once for each style.
    init(_ styles: [Style], _ catalogue: Catalogue) {
        let count = Self.themes * Self.kinds
        sums = [Double](unsafeUninitializedCapacity: styles.count * count) { sums, initialized in
            sums.initialize(repeating: 0)
            // Every style's sums are written by one thread only.
            nonisolated(unsafe) let sums = sums
            DispatchQueue.concurrentPerform(iterations: styles.count) { style in
                let factors = Factors(styles[style].weights)
                for cell in 0..<Shelving.cells {
                    catalogue.forEachMember(of: cell) { member, popularity in
                        let attributes = member.attributes
                        sums[style * count + attributes[.theme] * Self.kinds + attributes[.kind]] +=
                            popularity * factors.product(attributes)
                        return true
                    }
                }
            }
            initialized = sums.count
        }
    }

    /// The sum over all items.
    ///
    /// - Parameters:
    ///   - style: which style.
    ///   - last: the item after which the next is looked for.
    func total(style: Int, after last: ItemAttributes) -> Double {
        var total = 0.0
        let companions = last.kind.companions.map(\.rawValue)
        for theme in 0..<Self.themes {
            for kind in 0..<Self.kinds {
                total +=
                    sums[(style * Self.themes + theme) * Self.kinds + kind]
                    * (theme == last[.theme] ? exp(Style.sameTheme) : 1)
                    * (companions.contains(kind) ? exp(Style.companion) : 1)
            }
        }
        return total
    }
}
