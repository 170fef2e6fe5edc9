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
