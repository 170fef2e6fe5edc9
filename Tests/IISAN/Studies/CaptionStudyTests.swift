import Files
import Foundation
import IISAN
import TestSupport
import Testing

/// Studies that compare titles with captions.
@Suite(.oneAtATime) struct CaptionStudyTests {
    @Test func captionsAreWrittenOnceAndReadFromStoresOfTheirOwn() throws {
        try withTemporaryFolder { folder in
            let shop = try TinyShop(folder)
            let model = fixture("").deletingLastPathComponent().appending(path: "Examples/Demo/encoders/captions").path
            let study = try shop.compare(
                """
                base: config.yaml
                folder: s
                seeds: [1]
                set: {encode.captions.model: \(model), encode.captions.file: captions.jsonl, train.epochs: 1}
                variants:
                  - {name: titles}
                  - {name: captions, set: {encode.text.source: captions, encode.text.store: states/captions}}
                  - {name: both, set: {encode.text.source: titles+captions, encode.text.store: states/both, encode.text.maximum_tokens: 40}}
                  - {name: pictures, set: {train.modality: image}}

                """)
            var messages: [String] = []
            var observer = Pipeline.Observer()
            observer.onMessage = { messages.append($0) }
            let result = try study.run(using: InProcessRunner(), observer: observer)
            #expect(result.isWhole && result.variants.map(\.name) == ["titles", "captions", "both", "pictures"])
            #expect(messages.count { $0.hasPrefix("caption: 100 pictures, 0 kept from before") } == 1, "\(messages)")
            #expect(messages.contains { $0.hasPrefix("caption: nothing has changed") }, "\(messages)")
            let losses = result.variants.compactMap { $0.runs[0].test[.hitRate(10)]?.value }
            #expect(losses.count == 4)
            let stores = ["text", "captions", "both"].map { folder.appending(path: "states/\($0)/manifest.json") }
            #expect(Set(try stores.map { try Data(contentsOf: $0) }).count == 3)
        }
    }
}
