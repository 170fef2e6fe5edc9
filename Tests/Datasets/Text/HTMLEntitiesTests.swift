import Testing

@testable import Datasets

struct HTMLEntitiesTests {
    @Test(arguments: [
        ("Meter &amp; Code", "Meter & Code"), ("5&quot; pipe", "5\" pipe"), ("&amp;amp;", "&amp;"), ("&amp;quot;", "&quot;"),
        ("&#39;&#x2019;&#X41;", "'’A"), ("&#146;", "’"), ("&#0;&#xD800;&#1114112;", "\u{FFFD}\u{FFFD}\u{FFFD}"),
        ("AT&T; R&D & more", "AT&T; R&D & more"), ("&nosuch;", "&nosuch;"), ("&", "&"), ("&;", "&;"), ("&#;", "&#;"),
        ("&#x;", "&#x;"), ("&#-5;", "&#-5;"), ("&&amp;&", "&&&"), ("no semicolon &amp", "no semicolon &amp"),
        ("&plusmn;1&deg;C &Oslash;5 &frac12; &micro;m", "±1°C Ø5 ½ µm"), ("a&lt;b&gt;c&apos;", "a<b>c'"), ("", ""),
    ])
    func decodes(_ text: String, _ expected: String) {
        #expect(HTMLEntities.decode(text) == expected)
    }

    @Test func knowsTheNamesOfHTML4() {
        // First and last of each of the three sets of HTML 4.01, by the standard's numbers.
        for (name, point) in [("nbsp", 160), ("yuml", 255), ("fnof", 402), ("diams", 9830), ("quot", 34), ("euro", 8364)] {
            #expect(HTMLEntityTable.codePoints[name] == UInt32(point))
        }
        #expect(HTMLEntityTable.codePoints.count > 350)
    }

    @Test func aLongRunOfAmpersandsIsQuick() {
        let text = String(repeating: "&", count: 100_000)
        #expect(HTMLEntities.decode(text) == text)
    }
}
