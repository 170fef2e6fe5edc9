import Foundation
import Testing

@testable import World

@Suite struct ItemTests {
    let world = try! World(WorldOptions(seed: 5, items: 600, users: 10))

    @Test func everyValueOfEveryAttributeOccurs() {
        for attribute in Attribute.allCases {
            let seen = Set((0..<600).map { world.attributes(of: $0)[attribute] })
            #expect(seen == Set(attribute.values.indices), "\(attribute)")
        }
    }

    @Test func aBoundedShareIsNew() {
        let new = (0..<600).count { world.attributes(of: $0).isNew }
        #expect((50...130).contains(new))
    }

    @Test func popularityFallsWithRankAsItsExponentSays() {
        let options = WorldOptions(seed: 5, items: 20_000, popularityExponent: 0.8)
        let popularity = (0..<20_000).map { Catalogue.make($0, options).popularity }.sorted(by: >)
        let slope = (log(popularity[9_999]) - log(popularity[99])) / (log(10_000) - log(100))
        #expect(abs(slope + 0.8) < 0.05)
        #expect(Catalogue.attributes(of: 7, options) == Catalogue.make(7, options).attributes)
    }

    @Test func everyItemLiesOnTheShelfOfItsAttributes() {
        for items in [600, 50_001] {
            let options = WorldOptions(seed: 5, items: items)
            let catalogue = Catalogue(options)
            var seen: Set<Int32> = []
            var wrong: [Int32] = []
            for cell in 0..<Shelving.cells {
                catalogue.forEachMember(of: cell) { member, popularity in
                    seen.insert(member.item)
                    let made = Catalogue.make(Int(member.item), options)
                    let itsCell = catalogue.shelving.shelf(of: made.attributes) / catalogue.shelving.shelvesPerCell
                    let isRight = member.attributes == made.attributes && abs(popularity - made.popularity) < 1e-9
                    if !isRight || itsCell != cell { wrong.append(member.item) }
                    return true
                }
            }
            #expect(seen.count == items)
            #expect(wrong.isEmpty)
        }
    }

    @Test func titlesSayWhatTitlesSayAndNothingElse() {
        for item in 0..<600 {
            let title = world.title(of: item).lowercased()
            let attributes = world.attributes(of: item)
            #expect(attributes.kind.nouns.contains { title.contains($0) }, "\(title)")
            #expect(title.contains(TitleWords.makers[attributes[.maker]].lowercased()), "\(title)")
            for (attribute, meanings) in [(Attribute.craft, TitleWords.crafts), (.theme, TitleWords.themes)] {
                let meaning = meanings[attributes[attribute]]
                #expect((meaning.adjectives + meaning.phrases).contains { title.contains($0) }, "\(title)")
            }
            for colour in Colour.allCases {
                #expect(!title.split { !$0.isLetter }.contains("\(colour)"), "\(title)")
            }
        }
    }

    @Test func picturesShowWhatPicturesShowAndNothingElse() {
        var attributes = ItemAttributes()
        func draw() -> Canvas {
            var random = SeededRandom(seed: 1, stream: .picture)
            return ItemPicture(attributes, size: 32, random: &random).draw()
        }
        let plain = draw()
        for attribute in Attribute.allCases {
            for value in 1..<Attribute.counts[attribute.rawValue] {
                attributes = ItemAttributes()
                attributes[attribute] = value
                let changed = zip(plain.pixels, draw().pixels).count { abs(Int($0) - Int($1)) > 12 }
                if attribute.source == .title { #expect(changed == 0) } else { #expect(changed > 75, "\(attribute) \(value)") }
            }
        }
    }

    @Test func picturesOfOneKindOfItemVary() {
        let attributes = ItemAttributes()
        var random = SeededRandom(seed: 1, stream: .picture)
        let one = ItemPicture(attributes, size: 32, random: &random).draw()
        let other = ItemPicture(attributes, size: 32, random: &random).draw()
        #expect(one != other)
    }

    @Test func everyKindHasItsOwnCompanions() {
        for kind in Kind.allCases {
            #expect(Set(kind.companions).count == 2)
            #expect(!kind.companions.contains(kind))
        }
    }
}
