import TestSupport
import Testing

@testable import Datasets

struct IDHashTests {
    private func hash(_ id: String) -> UInt64 { Array(id.utf8).withUnsafeBytes(IDHash.hash) }

    /// Datasets on disk hold tables made with it: it must be the same in every release.
    @Test(
        arguments: [
            ("", 1_240_548_846_944_876_420), ("a", 14_119_468_712_010_407_278), ("B000012345", 11_176_639_318_147_875_552),
            ("AE2LRHPVOWZ77KXCD5YTJ3QPVVEQ", 14_248_859_529_192_319_392),
        ] as [(String, UInt64)])
    func staysTheSameBetweenReleases(_ id: String, _ expected: UInt64) { #expect(hash(id) == expected) }

    /// Ids that differ little, as running numbers do, must not share places: a full table has short ways.
    @Test func spreadsIdsThatDifferLittle() {
        for prefix in ["", "B0000", "user-with-a-long-common-beginning-"] {
            var table = IDTable()
            for number in 0..<50_000 { _ = table.insert("\(prefix)\(number)") }
            var ways = 0
            for number in 0..<50_000 {
                let home = Int(truncatingIfNeeded: hash("\(prefix)\(number)")) & (table.places.count - 1)
                var place = home
                while IDPlaces.number(table.places[place]) != number || table.places[place] == IDPlaces.free {
                    place = (place + 1) & (table.places.count - 1)
                    ways += 1
                }
            }
            // At a load of 0.38 a random table needs 0.31 steps on average.
            #expect(Double(ways) / 50_000 < 0.5, "prefix \(prefix)")
        }
    }

    @Test func aFullTableEndsTheSearch() {
        let places = [UInt64](repeating: IDPlaces.entry(0, number: 3), count: 8)
        let found = places.withUnsafeBufferPointer { IDPlaces.find(5 << 32, in: $0) { _ in true } }
        #expect(found == nil)
    }
}
