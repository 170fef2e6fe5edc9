import Files
import Foundation
import TestSupport
import Testing

struct ContentHashTests {
    /// Gathered in pieces or one by one: the same bytes, so the same hash.
    @Test func textsHashAsOneByOne() {
        var generator = SeededGenerator(seed: 51)
        for count in [0, 1, 3, 20_000] {
            let texts = (0..<count).map { _ in
                String(repeating: "é", count: .random(in: 0...9, using: &generator)) + "x"
            }
            var hash = ContentHash()
            for text in texts { hash.update(text) }
            #expect(ContentHash.of(texts: texts) == hash.digits)
        }
        #expect(ContentHash.of(texts: ["ab", "c"]) != ContentHash.of(texts: ["a", "bc"]))
    }

    @Test func aFileHashesAsItsBytes() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "a")
            for count in [0, 1, 5 << 20] {
                let data = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 131) })
                try data.write(to: url)
                #expect(try ContentHash.of(file: url) == data.withUnsafeBytes { ContentHash.of($0) })
            }
        }
    }
}
