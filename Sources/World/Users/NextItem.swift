import Foundation

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
