import Foundation
import Testing

@testable import Tokenizers

/// A vocabulary of fifty tokens and the files made of it.
enum TinyVocabulary {
    static let tokens = [
        "[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "toy", "story", "##y", "##s", "un", "##aff", "##able", "na",
        "##ive",
        "cafe", "##e", ".", ",", "(", ")", "1995", "19", "##95", "##9", "##5", "日", "本", "a", "##a", "don", "'", "t",
        "istanbul", "e",
        "-", "!", "[", "]", "#", "cls", "!!", "##", "x", "strasse", "straße", "naïve", "Toy", "\u{E9}", "e\u{301}",
    ]

    static let specials = (0..<5).map {
        ##"{"id": \##($0), "content": "\##(tokens[$0])", "special": true, "normalized": false}"##
    }

    /// The text of a `tokenizer.json`; each part can be given in place of the usual one.
    static func json(
        normalizer: String = #"{"type": "BertNormalizer", "lowercase": true, "strip_accents": null}"#,
        preTokenizer: String = #"{"type": "BertPreTokenizer"}"#,
        postProcessor: String = #"{"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]}"#,
        truncation: String = "null", added: [String] = [], model: String? = nil
    ) -> String {
        let entries = tokens.enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
        let wordPiece = #"{"type": "WordPiece", "unk_token": "[UNK]", "max_input_chars_per_word": 100, "vocab": {\#(entries)}}"#
        return """
            {"version": "1.0", "truncation": \(truncation), "padding": null, "added_tokens": [\((specials + added).joined(separator: ", "))],
             "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer), "post_processor": \(postProcessor),
             "decoder": null, "model": \(model ?? wordPiece)}
            """
    }

    static func tokenizer(_ json: String = json()) throws -> Tokenizer {
        try Array(json.utf8).withUnsafeBytes { try Tokenizer(json: $0, file: "tokenizer.json", hash: "") }
    }
}
