import Files
import Foundation
import HiddenStates
import TestSupport
import Testing
import Torch

@testable import Catalogue

/// What is said of files and options that do not fit.
@Suite(.oneAtATime) struct RefusalTests {
    private func error(
        _ modality: Modality, _ directory: URL, items: [CatalogueItem] = [CatalogueItem(id: "1", title: "a")],
        _ change: (inout EncodingOptions) -> Void = { _ in }
    ) throws -> UserError? {
        var options = EncodingOptions()
        options.maximumTokens = 7
        change(&options)
        return #expect(throws: UserError.self) {
            let encoder = try CatalogueEncoder(modality, of: items, with: directory, options: options)
            _ = try encoder.encode(into: directory.deletingLastPathComponent().appending(path: "store"))
        }
    }

    @Test func optionsThatTheEncoderCannotKeep() throws {
        try withTemporaryFolder { folder in
            let text = try SmallEncoders.text(in: folder)
            #expect(try error(.text, text) { $0.maximumTokens = 8 }?.remedy?.contains("from 1 to 7") == true)
            #expect(try error(.text, text) { $0.maximumTokens = 0 } != nil)
            #expect(try error(.text, text) { $0.maximumTokens = 1 }?.problem.contains("special tokens alone are 2") == true)
            #expect(try error(.text, text) { $0.layers = [0, 3] }?.problem.contains("from 0 to 2") == true)
            #expect(try error(.text, text) { $0.layers = [1, 1] } != nil)
            #expect(try error(.text, text) { $0.layers = [] } != nil)
            #expect(try error(.text, text) { $0.layers = [-1] } != nil)
            #expect(try error(.text, text) { $0.batchTokens = 0 } != nil)
            #expect(try error(.text, text, items: [])?.problem.contains("no items") == true)
        }
    }

    @Test func encodersOfTheOtherKind() throws {
        try withTemporaryFolder { folder in
            let text = try SmallEncoders.text(in: folder)
            let picture = try SmallEncoders.picture(in: folder)
            #expect(try error(.image, text)?.problem.contains("reads texts") == true)
            #expect(try error(.text, picture)?.problem.contains("reads pictures") == true)
        }
    }

    @Test func tokenizersOfAnotherEncoder() throws {
        try withTemporaryFolder { folder in
            let text = try SmallEncoders.text(in: folder, words: ["a", "b", "c", "d", "e", "f", "g"])
            let error = try error(.text, text, items: [CatalogueItem(id: "x1", title: "a g")])
            #expect(error?.problem == "the tokenizer gives token 11 for the title of item \"x1\", the encoder knows 11")
        }
    }

    @Test func missingTokenizersAndProcessors() throws {
        try withTemporaryFolder { folder in
            let text = SmallEncoders.fixtures.appending(path: "bert-golden")
            #expect(try error(.text, text)?.problem.contains("no tokenizer in this folder") == true)
            let picture = SmallEncoders.fixtures.appending(path: "vit-golden")
            #expect(try error(.image, picture)?.place?.hasSuffix("preprocessor_config.json") == true)
            let wrong = try SmallEncoders.picture(in: folder, size: 8)
            #expect(try error(.image, wrong)?.problem.contains("embeddings are for 6 x 6") == true)
        }
    }

    @Test func storesOfAnotherEncoderStayUnlessTheyMayGiveWay() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let items = SmallEncoders.titles(10)
            let place = folder.appending(path: "store")
            var options = EncodingOptions()
            options.maximumTokens = 7
            let first = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            _ = try first.encode(into: place)
            let before = try contents(of: place)

            let config = directory.appending(path: "config.json")
            let text = try String(contentsOf: config, encoding: .utf8)
            try AtomicFile.write(text.replacingOccurrences(of: "\"gelu\"", with: "\"relu\""), to: config)
            let other = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            let error = #expect(throws: UserError.self) { try other.encode(into: place) }
            #expect(error?.problem.contains("weights") == true)
            #expect(try contents(of: place) == before)

            options.startingAnew = true
            let anew = try CatalogueEncoder(.text, of: items, with: directory, options: options)
            #expect(try anew.encode(into: place).reused == 0)
            #expect(try contents(of: place) != before)
        }
    }

    @Test func statesThatAreNotFiniteAreNamed() throws {
        try withTemporaryFolder { folder in
            let directory = try SmallEncoders.text(in: folder)
            let weights = try Weights(directory: directory)
            let spoilt = try weights.names.map { name in
                let tensor = try weights.tensor(name)
                return (key: name, value: name == "embeddings.LayerNorm.bias" ? tensor * .nan : tensor.clone())
            }
            try Weights.write(spoilt, to: directory.appending(path: "model.safetensors"))
            let error = try error(.text, directory)
            #expect(error?.place?.contains("item \"1\"") == true, "\(error?.description ?? "")")
        }
    }
}
