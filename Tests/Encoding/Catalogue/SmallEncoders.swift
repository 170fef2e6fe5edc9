import Catalogue
import Files
import Foundation
import HiddenStates
import Pictures
import TestSupport
import Testing

/// The committed encoders with the files that go before them.
enum SmallEncoders {
    static let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures/Encoders")

    /// An encoder of texts with 2 blocks and the 11 tokens of `words`; by default a BERT of width 6 with 7 positions.
    static func text(
        in folder: URL, named name: String = "bert-golden", words: [String] = ["a", "b", "c", "d", "e", "f"]
    ) throws -> URL {
        let directory = folder.appending(path: "text-encoder")
        try FileManager.default.copyItem(at: fixtures.appending(path: name), to: directory)
        let tokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] + words
        guard name != "bert-golden" else {
            try AtomicFile.write(tokens.joined(separator: "\n") + "\n", to: directory.appending(path: "vocab.txt"))
            return directory
        }
        // Encoders of other kinds take a tokenizer that is saved whole, as it stands.
        let vocabulary = tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
        try AtomicFile.write(
            """
            {"pre_tokenizer": {"type": "Whitespace"},
             "post_processor": {"type": "TemplateProcessing",
              "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
               {"SpecialToken": {"id": "[SEP]", "type_id": 0}}],
              "pair": [], "special_tokens": {
               "[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "[SEP]": {"id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]}}},
             "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
              "max_input_chars_per_word": 100, "vocab": {\(vocabulary)}}}
            """, to: directory.appending(path: "tokenizer.json"))
        try AtomicFile.write(
            "{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}", to: directory.appending(path: "tokenizer_config.json"))
        return directory
    }

    /// A ViT of width 6 with 2 blocks over pictures of 6 x 6 pixels.
    static func picture(in folder: URL, size: Int = 6) throws -> URL {
        let directory = folder.appending(path: "picture-encoder")
        try FileManager.default.copyItem(at: fixtures.appending(path: "vit-golden"), to: directory)
        try AtomicFile.write(
            """
            {"image_processor_type": "ViTImageProcessor", "size": {"height": \(size), "width": \(size)}, "resample": 3}
            """, to: directory.appending(path: "preprocessor_config.json"))
        return directory
    }

    /// Titles of 0 to 5 words, the same in every run; every seventh is missing.
    static func titles(_ count: Int) -> [CatalogueItem] {
        var random = SeededGenerator(seed: 5)
        return (0..<count).map { index in
            let words = (0..<Int.random(in: 0...5, using: &random)).map { _ in
                ["a", "b", "c", "d", "e", "f"].randomElement(using: &random) ?? "a"
            }
            return CatalogueItem(id: "item \(index)", title: index % 7 == 6 ? nil : words.joined(separator: " "))
        }
    }

    /// Items with pictures of random pixels, written as PNG into a folder.
    static func pictures(_ count: Int, in folder: URL) throws -> [CatalogueItem] {
        var random = SeededGenerator(seed: 6)
        return try (0..<count).map { index in
            let (width, height) = (Int.random(in: 4...12, using: &random), Int.random(in: 4...12, using: &random))
            let pixels = (0..<(3 * width * height)).map { _ in UInt8.random(in: 0...255, using: &random) }
            let file = folder.appending(path: "\(index).png")
            try AtomicFile.write(Picture(width: width, height: height, pixels: pixels).png(), to: file)
            return CatalogueItem(id: "item \(index)", picture: file)
        }
    }
}

/// All files of a folder by name.
func contents(of folder: URL) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    return try Dictionary(uniqueKeysWithValues: names.map { ($0, try Data(contentsOf: folder.appending(path: $0))) })
}

/// Expects two stores to hold the states of the same items, up to what another order of sums leaves of a number.
///
/// Whether a batch of another size, or weights elsewhere in memory, give the same bits is the processor's affair: bytes are promised where
/// the very same operations run.
func expectSameStates(
    _ one: URL, _ other: URL, precision: EncodingOptions.Precision = .float32, sourceLocation: SourceLocation = #_sourceLocation
) throws {
    let (one, other) = (try HiddenStateStore.open(one), try HiddenStateStore.open(other))
    #expect(try one.items() == other.items() && one.identity == other.identity, sourceLocation: sourceLocation)
    let present = (0..<one.itemCount).filter(one.isPresent)
    try #require(present == (0..<other.itemCount).filter(other.isPresent), sourceLocation: sourceLocation)
    var (difference, largest) = (Float(0), Float(0))
    for item in present {
        for (a, b) in zip(one.row(item), other.row(item)) {
            difference = max(difference, abs(a - b))
            largest = max(largest, abs(b))
        }
    }
    #expect(difference <= largest * (precision == .float32 ? 1e-5 : 3e-2), sourceLocation: sourceLocation)
}
