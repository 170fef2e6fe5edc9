import Foundation

@testable import Tokenizers

/// A `tokenizer.json` with a model given in a few words, and each other part as it is needed.
enum TinyPairs {
    /// A BPE model: tokens apart by blanks get the numbers 0, 1, ...; merges are apart by commas.
    static func model(_ tokens: String, merges: String = "", more: String = "") -> String {
        let vocabulary = tokens.split(separator: " ").enumerated().map { "\"\($1)\": \($0)" }.joined(separator: ", ")
        let pairs = merges.split(separator: ",").map { "\"\($0)\"" }.joined(separator: ", ")
        return "{\"type\": \"BPE\", \"vocab\": {\(vocabulary)}, \"merges\": [\(pairs)]\(more.isEmpty ? "" : ", " + more)}"
    }

    /// A Unigram model: pieces apart by blanks, the score after a colon; the first is the unknown one.
    static func unigram(_ pieces: String, more: String = "") -> String {
        let vocabulary = pieces.split(separator: " ").map { piece in
            let parts = piece.split(separator: ":")
            return "[\"\(parts[0])\", \(parts[1])]"
        }
        return
            "{\"type\": \"Unigram\", \"unk_id\": 0, \"vocab\": [\(vocabulary.joined(separator: ", "))]\(more.isEmpty ? "" : ", " + more)}"
    }

    static func json(
        _ model: String, normalizer: String = "null", preTokenizer: String = "null", postProcessor: String = "null",
        added: String = ""
    ) -> String {
        """
        {"added_tokens": [\(added)], "normalizer": \(normalizer), "pre_tokenizer": \(preTokenizer),
         "post_processor": \(postProcessor), "model": \(model)}
        """
    }

    static func tokenizer(
        _ model: String, normalizer: String = "null", preTokenizer: String = "null", postProcessor: String = "null",
        added: String = ""
    ) throws -> Tokenizer {
        try TinyVocabulary.tokenizer(
            json(model, normalizer: normalizer, preTokenizer: preTokenizer, postProcessor: postProcessor, added: added))
    }
}
