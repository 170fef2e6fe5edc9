import Encoders
import Files
import Foundation
import HiddenStates
import TestSupport
import Testing
import Tokenizers
import Torch

@testable import Catalogue

@Suite(.oneAtATime) struct TitleEncodingTests {
    @Test func everyRowIsThatOfTheTitleAlone() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let items = SmallEncoders.titles(60)
            var options = EncodingOptions()
            options.maximumTokens = 6
            options.storedType = .float32
            options.batchTokens = 24
            options.shardItems = 25
            let encoder = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            #expect(encoder.identity.layers == [0, 1, 2])
            let result = try encoder.encode(into: folder.appending(path: "store"))
            let tokenizer = try Tokenizer(directory: directory)
            var present = 0
            for (index, item) in items.enumerated() {
                let title = item.title ?? ""
                #expect(result.store.isPresent(index) == !title.isEmpty)
                guard !title.isEmpty else { continue }
                present += 1
                let tokens = Tensor(tokenizer.encode(title, maximumTokens: 6)).unsqueezed(0)
                let alone = withoutGradients {
                    encoder.encoder!.pooledStates(of: tokens, layers: [0, 1, 2], pooling: .first)
                }
                for (a, b) in zip(result.store.row(index), alone.floats()) { #expect(abs(a - b) < 1e-5) }
            }
            #expect(result.encoded == present)
            #expect(result.missing == items.count - present)
            #expect(result.reused == 0 && result.skipped.isEmpty)
            try result.store.verify()
        }
    }

    @Test func poolingTypeAndLayersAreAsAsked() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let items = SmallEncoders.titles(20)
            let titled = try #require(items.firstIndex { $0.title?.isEmpty == false })
            var options = EncodingOptions()
            options.maximumTokens = 7
            var rows: [[Float]] = []
            for (number, pooling) in Pooling.allCases.enumerated() {
                options.pooling = pooling
                options.layers = [2, 0]
                let encoder = try CatalogueEncoder(.text, of: items, with: directory, options: options)
                let store = try encoder.encode(into: folder.appending(path: "store\(number)")).store
                #expect(store.identity.pooling.rawValue == pooling.rawValue)
                #expect(store.layers == [2, 0] && store.dtype == .float16 && store.width == 6)
                rows.append(store.row(titled))
            }
            #expect(Set(rows).count == 3)
        }
    }

    @Test func bfloat16IsNear() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let items = SmallEncoders.titles(20)
            let titled = try #require(items.firstIndex { $0.title?.isEmpty == false })
            var options = EncodingOptions()
            options.maximumTokens = 7
            options.storedType = .float32
            let exact = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            options.precision = .bfloat16
            let short = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            #expect(exact.identity != short.identity)
            let a = try exact.encode(into: folder.appending(path: "exact")).store
            let b = try short.encode(into: folder.appending(path: "short")).store
            for index in items.indices {
                let largest = a.row(index).map(abs).max() ?? 0
                for (x, y) in zip(a.row(index), b.row(index)) { #expect(abs(x - y) <= 0.05 * largest) }
            }
            #expect(a.row(titled) != b.row(titled))
        }
    }

    @Test func batchesHaveOneLengthEachAndHoldEveryTitleOnce() {
        var random = SeededGenerator(seed: 1)
        let tokens: [[Int32]] = (0..<500).map { _ in
            (0..<Int.random(in: 0...9, using: &random)).map { _ in Int32.random(in: 0...3, using: &random) }
        }
        let batches = TitleInput.group(tokens, batchTokens: 40)
        var seen: [Int] = []
        for batch in batches {
            guard case .tokens(let values, let length) = batch.values else {
                Issue.record("not tokens")
                continue
            }
            #expect(values.count == batch.rows.count * length && values.count <= 40)
            for (index, row) in batch.rows.enumerated() {
                #expect(Array(values[(index * length)..<((index + 1) * length)]) == tokens[row])
            }
            for copy in batch.copies { #expect(batch.rows.contains(copy.from) && tokens[copy.from] == tokens[copy.to]) }
            seen += batch.rows + batch.copies.map(\.to)
        }
        #expect(seen.sorted() == tokens.indices.filter { !tokens[$0].isEmpty })
        #expect(batches.reduce(0) { $0 + $1.rows.count } == Set(tokens.filter { !$0.isEmpty }).count)
    }

    @Test func onlyNewAndChangedTitlesAreEncoded() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            var items = SmallEncoders.titles(30)
            var options = EncodingOptions()
            options.maximumTokens = 7
            let place = folder.appending(path: "store")
            _ = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: place)
            items[3].title = "f e d c"
            items.append(CatalogueItem(id: "new", title: "a f"))
            let again = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: place)
            #expect(again.encoded == 2 && again.reused == 29 && again.store.itemCount == 31)
            let same = try CatalogueEncoder(.text, of: items, with: directory, options: options).encode(into: place)
            #expect(same.encoded == 0 && same.reused == 31)
        }
    }

    @Test(.enabled(if: sharedData("minilm-l6-v2") != nil)) func storedStatesOfRealTitlesAreTheGoldenOnes() throws {
        let directory = try #require(sharedData("minilm-l6-v2"))
        let titles = try JSONFile.read([String].self, from: directory.appending(path: "golden_texts.json"))
        let golden = try Weights(file: directory.appending(path: "golden.safetensors"))
        let items = titles.enumerated().map { CatalogueItem(id: "\($0.offset)", title: $0.element) }
        var options = EncodingOptions()
        options.storedType = .float32
        try withTemporaryFolder { folder in
            let encoder = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            let store = try encoder.encode(into: folder.appending(path: "store")).store
            #expect(store.layers == Array(0...6))
            for index in titles.indices {
                let expected = try golden.tensor("s\(index).hidden_states").selected(1, 0)
                let largest = expected.absolute().maximum().item()
                for (a, b) in zip(store.row(index), expected.floats()) { #expect(Double(abs(a - b)) < 1e-5 * largest) }
            }
        }
    }
}
