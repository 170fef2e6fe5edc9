import Files
import Foundation
import TestSupport
import Testing

@testable import Catalogue

@Suite struct TitleChangeTests {
    static let titles: [ItemChangeKind] = ItemChangeKind.allCases.filter { $0.modality == .text }
    /// 40 titles of 5 words that stand nowhere else; every eighth item has none.
    static let items = (0..<40).map { item -> CatalogueItem in
        let words = (0..<5).map { "word\(item)x\($0)" }
        let title = item % 16 == 7 ? nil : item % 16 == 15 ? " " : words.joined(separator: " ")
        return CatalogueItem(id: "i\(item)", title: title)
    }

    private func changed(_ kind: ItemChangeKind, _ rate: Double, seed: UInt64 = 7, _ items: [CatalogueItem] = items) throws
        -> [CatalogueItem]
    {
        try ItemChange(kind: kind, rate: rate, seed: seed).changed(items, workFolder: URL(filePath: "/nowhere"))
    }

    /// Which items are not as they were.
    private func places(_ after: [CatalogueItem]) -> Set<Int> {
        Set(after.indices.filter { after[$0] != Self.items[$0] })
    }

    @Test(arguments: titles) func aShareOfTheItemsWithATitleIsChanged(_ kind: ItemChangeKind) throws {
        for (rate, count) in [(0.0, 0), (0.2, 7), (0.5, 18), (1.0, 35)] {
            let after = try changed(kind, rate)
            #expect(places(after).count == count)
            #expect(after.map(\.id) == Self.items.map(\.id))
        }
    }

    @Test(arguments: titles) func aHigherRateChangesTheItemsOfALowerOneInTheSameWay(_ kind: ItemChangeKind) throws {
        var lower = Self.items
        for rate in [0.1, 0.3, 0.7, 1] {
            let after = try changed(kind, rate)
            for place in places(lower) { #expect(after[place] == lower[place]) }
            #expect(places(after).isSuperset(of: places(lower)))
            lower = after
        }
    }

    @Test(arguments: titles) func theOrderOfTheItemsDoesNotMatter(_ kind: ItemChangeKind) throws {
        let backwards = try changed(kind, 0.4, Self.items.reversed())
        #expect(try Array(backwards.reversed()) == changed(kind, 0.4))
    }

    @Test func theSeedDecides() throws {
        #expect(try places(changed(.titlesMissing, 0.3)) == places(changed(.titlesShuffled, 0.3)))
        #expect(try places(changed(.titlesMissing, 0.3)) != places(changed(.titlesMissing, 0.3, seed: 8)))
    }

    @Test func whatHappensToTitles() throws {
        for place in Self.items.indices where place % 8 != 7 {
            let words = try #require(Self.items[place].title).split(separator: " ")
            func after(_ kind: ItemChangeKind) throws -> String? { try changed(kind, 1)[place].title }
            #expect(try after(.titlesMissing) == nil)
            #expect(try after(.titlesTruncated) == words.prefix(3).joined(separator: " "))
            #expect(try after(.titlesShuffled)?.split(separator: " ").sorted() == words.sorted())
            #expect(try Self.items.map(\.title).contains(after(.titlesSwapped)))
        }
    }

    @Test(arguments: [("", ""), ("one", "one"), ("one two", "one"), ("a  b\tc", "a b")])
    func theFirstHalfOfTheWordsStays(_ title: String, _ expected: String) {
        #expect(ItemChange.truncated(title) == expected)
    }

    @Test func wordsThatAreAllTheSameStay() {
        var random = SplitMix64(seed: 1)
        #expect(ItemChange.shuffled("on on on", &random) == "on on on")
        #expect(ItemChange.shuffled("on  off", &random) == "off on")
    }

    /// The fewest characters that have to be typed, deleted or changed to come from one text to the other.
    private func distance(_ first: String, _ second: String) -> Int {
        let second = Array(second)
        var row = Array(0...second.count)
        for (index, character) in first.enumerated() {
            var last = row[0]
            row[0] = index + 1
            for place in second.indices {
                let old = row[place + 1]
                row[place + 1] = min(old + 1, row[place] + 1, last + (character == second[place] ? 0 : 1))
                last = old
            }
        }
        return row[second.count]
    }

    @Test func aFifthOfTheLettersIsMistyped() {
        var random = SplitMix64(seed: 3)
        var distances = 0
        for _ in 0..<200 {
            let title = "Chamber Orchestra of Zürich, 1995"
            // 24 letters: 5 errors of at most two edits each; two may undo each other.
            let after = ItemChange.mistyped(title, &random)
            #expect((1...10).contains(distance(title, after)))
            #expect(after.filter(\.isNumber).sorted() == title.filter(\.isNumber).sorted())
            distances += distance(title, after)
        }
        #expect((4.0...8).contains(Double(distances) / 200))
        for title in ["A", "7 é"] {
            for _ in 0..<20 { #expect(ItemChange.mistyped(title, &random).contains { $0.isLetter }) }
        }
        #expect(ItemChange.mistyped("1995", &random) == "1995")
    }

    /// Computed apart from this code, by the same rules in Python.
    @Test func theSameOnEveryMachine() throws {
        #expect(try places(changed(.titlesMissing, 0.1)).sorted() == [16, 21, 22, 38])
        var random = SplitMix64(seed: 5)
        #expect(ItemChange.mistyped("The Empire Strikes Back", &random) == "h eEmpiree Strikes Backk")
        #expect(ItemChange.shuffled("The Empire Strikes Back", &random) == "Strikes Empire The Back")
    }

    @Test func whatCannotBeIsSaid() throws {
        #expect(throws: UserError.self) { try ItemChange(kind: .titlesNoisy, rate: 1.5) }
        #expect(throws: UserError.self) { try ItemChange(kind: .titlesNoisy, rate: .nan) }
        let same = (0..<3).map { CatalogueItem(id: "i\($0)", title: "the same") }
        #expect(throws: UserError.self) { try changed(.titlesSwapped, 1, same) }
        #expect(try changed(.titlesSwapped, 1, [CatalogueItem(id: "i")]) == [CatalogueItem(id: "i")])
    }
}
