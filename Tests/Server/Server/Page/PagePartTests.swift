import Foundation
import Report
import Testing

@testable import Server
@testable import Serving

/// What the page is made of.
struct PagePartTests {
    @Test(arguments: [
        ["50", "222"], ["a,b", "c"], [" a ", "b"], ["\\", "\\,", ",\\"], ["e\u{301}", "\u{1F600}"], [" "], ["a b"], [",", ","],
        ["i1", "i1"],
    ])
    func anyIdsAreOneText(_ ids: [String]) {
        #expect(PageAddress.ids(in: PageAddress.text(of: ids)) == ids)
    }

    @Test(
        arguments: [
            ("", []), (",,", []), ("  ", []), ("1, 2 ,3", ["1", "2", "3"]), ("a b,c", ["a b", "c"]), ("a\\", ["a"]),
            ("a\\,b", ["a,b"]),
            ("\\ a", [" a"]), ("a ,", ["a"]),
        ] as [(String, [String])])
    func typedTextIsRead(_ text: String, _ ids: [String]) { #expect(PageAddress.ids(in: text) == ids) }

    /// Whatever an address says is read again as it was.
    @Test func anAddressIsItsPath() throws {
        var address = PageAddress(["a,b", "c&d=e", "ü +"], before: [])
        (address.words, address.count) = ("toy & co+", 30)
        #expect(address.path == "/?history=a%5C,b,c%26d%3De,%C3%BC%5C%20%2B&was=&q=toy%20%26%20co%2B&n=30")
        #expect(PageAddress().path == "/" && PageAddress(["1"]).item("a/b") == "/item/a%2Fb?history=1")
        // A browser takes these out of a path, however they are written.
        #expect(PageAddress(["1"]).item("..") == "/item?id=..&history=1" && PageAddress().item(".") == "/item?id=.")
        #expect(PageAddress(["1"]).adding("2") == PageAddress(["1", "2"], before: ["1"]))
        #expect(PageAddress(["1", "1", "2"]).removing(at: 1).history == ["1", "2"])
        #expect(PageAddress((0..<100).map { "\($0)" }).adding("x") == nil)
    }

    @Test func whatHasChangedIsSaid() {
        let change = ListChange(from: ["a", "b", "c", "d"], to: ["b", "a", "x", "d"])
        #expect(change.moves == [.up(1), .down(1), .new, .same] && change.gone == [2])
        #expect(change.sentence == "1 of 4 are new, 1 moved up, 1 moved down.")
        #expect(ListChange(from: ["a"], to: ["a"]).sentence == "The list is the same.")
        #expect(ListChange(from: ["a", "b"], to: ["a"]).sentence == "The list is shorter.")
        #expect(change.moves[0].texts?.spoken == "up 1 place" && ListChange.Move.same.texts == nil)
    }

    /// Parts that read the same are added; shares add up to the whole, those below zero too.
    @Test func sharesAreHonest() {
        let shares = PartShares([
            .init(part: "text", adds: 1.5), .init(part: "content.text", adds: 0.5), .init(part: "image", adds: -0.5),
            .init(part: "neighbours", adds: 0.5), .init(part: "unheard-of", adds: 0),
        ])
        #expect(
            shares.amounts.map(\.kind) == [.image, .text, .neighbours, .other]
                && shares.amounts.map(\.adds) == [-0.5, 2, 0.5, 0])
        #expect((shares.total, shares.above, shares.below) == (2, 2.5, 0.5))
        let scale = PartShares.Scale([shares])
        #expect(scale.isShared && shares.values(scale).text.contains("<dd>\u{2212}25 %</dd>"))
        #expect(shares.values(scale).text.contains("<dd>100 %</dd>"))
        // Two in three of the bar's 200 units stand for 2.5 above, the rest for 0.5 below the line at 33.33.
        let bar = shares.bar(scale).text
        #expect(bar.contains("class=\"part image\" x=\"0\" y=\"2\" width=\"33.33\""), "\(bar)")
        #expect(bar.contains("class=\"part text\" x=\"33.33\" y=\"2\" width=\"133.33\""))
        #expect(bar.contains("class=\"part neighbours\" x=\"166.67\" y=\"2\" width=\"33.33\""))
        // Where the whole is nothing, shares of it make no sense.
        let none = PartShares([.init(part: "text", adds: 1), .init(part: "image", adds: -1)])
        let unshared = PartShares.Scale([shares, none])
        #expect(!unshared.isShared && none.values(unshared).text.contains("<dd>\u{2212}1.00</dd>"))
        #expect(PartShares([]).bar(PartShares.Scale([])).text.contains("zero"))
        #expect(PartShares.signed(0.001) == "0.00" && PartShares.signed(-.infinity) == "?")
    }

    @Test func picturesHaveAShape() throws {
        #expect(PictureShape.shape(of: []) == .square && PictureShape.shape(of: [0.66, 0.7, 1]) == .portrait)
        #expect(PictureShape.shape(of: [1.5, 1.33, 1]) == .landscape)
        let picture = Data([0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2, 0xFF, 0xC2, 0, 11, 8, 1, 0x40, 0, 0xD5, 3, 1, 1, 1, 1])
        #expect(JPEGSize(picture) == JPEGSize(width: 213, height: 320))
        for count in 0..<18 { #expect(JPEGSize(picture.prefix(count)) == nil) }
        #expect(JPEGSize(ItemTests.picture) == nil)
    }

    @Test func numbersAreGrouped() {
        #expect([0, 999, 1000, 1_234_567, -1000].map(\.grouped) == ["0", "999", "1,000", "1,234,567", "\u{2212}1,000"])
    }

    @Test func latencyIsOfTheLastAnswers() {
        let recent = RecentAnswers()
        #expect(recent.latency == RecentAnswers.Latency([]) && recent.latency.median == 0)
        for seconds in 1...100 { recent.note(Double(seconds)) }
        #expect((recent.latency.count, recent.latency.median, recent.latency.slow) == (100, 50, 99))
        for _ in 0..<1000 { recent.note(7) }
        #expect((recent.latency.count, recent.latency.slow) == (1000, 7))
    }
}
