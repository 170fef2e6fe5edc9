import Testing

@testable import World

@Suite struct NextItemTests {
    /// Drawing goes by cells and rejection; its frequencies must be the plain formula's, here by a chi-squared test.
    @Test(arguments: [true, false], [nil, 0.8]) func drawingFollowsTheChances(newItems: Bool, exponent: Double?) throws {
        let options = WorldOptions(seed: 9, items: 120, users: 1, popularityExponent: exponent)
        let history = [4, 71, 15]
        let next = try World(options).next
        let chances = next.chances(style: 3, history: history, newItems: newItems, options)
        var random = SeededRandom(seed: 1, stream: .user)
        let draws = 10_000
        var counts = [Int](repeating: 0, count: 120)
        for _ in 0..<draws {
            let last = Catalogue.attributes(of: 15, options)
            counts[Int(next.draw(style: 3, after: last, history: history, newItems: newItems, random: &random).item)] += 1
        }
        expectChances(chances, counts)
    }

    /// With shelves there are too many items for that: here each attribute by itself.
    @Test func drawingFromShelvesFollowsTheChances() throws {
        let options = WorldOptions(seed: 9, items: 60_000, users: 1)
        let next = try World(options).next
        #expect(next.catalogue.shelving.shelvesPerCell == 36)
        let last = Catalogue.attributes(of: 15, options)
        let chances = next.chances(style: 5, history: [15], newItems: false, options)
        var random = SeededRandom(seed: 1, stream: .user)
        let drawn = (0..<6_000).map { _ in
            next.draw(style: 5, after: last, history: [15], newItems: false, random: &random).attributes
        }
        for attribute in Attribute.allCases {
            var expected = [Double](repeating: 0, count: Attribute.counts[attribute.rawValue])
            for (item, chance) in chances.enumerated() {
                expected[Catalogue.attributes(of: item, options)[attribute]] += chance
            }
            var counts = [Int](repeating: 0, count: expected.count)
            for attributes in drawn { counts[attributes[attribute]] += 1 }
            expectChances(expected, counts)
        }
    }

    /// The guides shorten searches and change nothing: the same random numbers give the same items.
    @Test(arguments: [500, 60_000]) func drawingFindsWhatAPlainSearchFinds(items: Int) throws {
        let options = WorldOptions(seed: 6, items: items, users: 1)
        let next = try World(options).next
        for index in 0..<(items == 500 ? 60 : 3) {
            let history = index == 0 ? [] : [7 * index, 3 * index]
            var random = SeededRandom(seed: 1, stream: .user, index: index)
            var plain = random
            let member = next.draw(
                style: index % Style.count, after: history.last.map { Catalogue.attributes(of: $0, options) }, history: history,
                newItems: index % 2 == 0, random: &random)
            let item = next.drawPlainly(
                style: index % Style.count, history: history, newItems: index % 2 == 0, options, random: &plain)
            #expect(Int(member.item) == item)
            #expect(member.attributes == Catalogue.attributes(of: item, options))
            #expect(random.next() == plain.next())
        }
    }

    /// Mean and deviation of chi-squared are its degrees of freedom and the root of twice those.
    private func expectChances(_ chances: [Double], _ counts: [Int]) {
        let draws = Double(counts.reduce(0, +))
        var statistic = 0.0
        var degrees = -1.0
        for (chance, count) in zip(chances, counts) {
            guard chance > 0 else {
                #expect(count == 0)
                continue
            }
            let expected = chance * draws
            statistic += (Double(count) - expected) * (Double(count) - expected) / expected
            degrees += 1
        }
        #expect(statistic < degrees + 5 * (2 * degrees).squareRoot())
    }
}
