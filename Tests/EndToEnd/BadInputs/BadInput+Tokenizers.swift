extension BadInput {
    /// Tokenizers that are missing, damaged or of another encoder.
    static let tokenizers: [BadInput] = [
        text("An encoder without a tokenizer", says: ["text", "tokenizer.json"]) { try removeTokenizer($0) },
        text("A tokenizer that is cut off", says: ["tokenizer.json", "JSON"]) { try $0.cut("text/tokenizer.json") },
        text("An empty tokenizer.json", says: ["tokenizer.json", "JSON"]) { try $0.write("", to: "text/tokenizer.json") },
        text("A Git LFS pointer in the tokenizer's place", says: ["tokenizer.json"]) {
            try $0.write(
                "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 17082734\n",
                to: "text/tokenizer.json")
        },
        text("A list as tokenizer.json", says: ["tokenizer.json", "object"]) { try $0.write("[]", to: "text/tokenizer.json") },
        text("A tokenizer with lists a hundred deep", says: ["tokenizer.json", "nested"]) {
            try $0.write(
                String(repeating: "[", count: 100) + String(repeating: "]", count: 100), to: "text/tokenizer.json")
        },
        changed("A tokenizer without its model", "\"model\": {", "\"modell\": {", says: ["model"]),
        changed(
            "A model of an unknown type", "\"type\": \"WordPiece\",\n    \"unk", "\"type\": \"WordLevel\",\n    \"unk",
            says: ["model", "WordLevel", "Unigram"]),
        changed("An unknown normalizer", "\"BertNormalizer\"", "\"Transliterate\"", says: ["normalizer", "Transliterate"]),
        changed("An unknown step before the model", "\"BertPreTokenizer\"", "\"Jieba\"", says: ["pre_tokenizer", "Jieba"]),
        changed(
            "An unknown step after the model", "\"TemplateProcessing\"", "\"Reverse\"", says: ["post_processor", "Reverse"]),
        changed("A vocabulary without the token for unknown words", "\"[UNK]\": 1,", "\"[UNKNOWN]\": 1,", says: ["[UNK]"]),
        changed("A token with a number below zero", "\"the\": 72", "\"the\": -72", says: ["model.vocab.the"]),
        changed("A token with a fraction as its number", "\"the\": 72", "\"the\": 72.5", says: ["model.vocab.the"]),
        changed("A token with a text as its number", "\"the\": 72", "\"the\": \"72\"", says: ["model.vocab.the"]),
        changed("A token with two numbers", "\"the\": 72", "\"the\": 72, \"the\": 73", says: ["\"the\"", "72", "73"]),
        changed(
            "An added token with another number than in the vocabulary", "\"id\": 4,\n      \"content\": \"[MASK]\"",
            "\"id\": 5,\n      \"content\": \"[MASK]\"", says: ["added_tokens", "[MASK]", "5"]),
        changed(
            "A template with a token that it does not list", "\"special_tokens\": {\n      \"[CLS]\"",
            "\"special_tokens\": {\n      \"[BOS]\"", says: ["special_tokens", "[CLS]"]),
        changed(
            "A pattern that is none", "\"pre_tokenizer\": {\n    \"type\": \"BertPreTokenizer\"",
            """
            "pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a"}, "behavior": "Isolated", "invert": false
            """, says: ["pre_tokenizer", "pattern"]),
        text("A special token that the encoder does not know", says: ["7000", "700"], leaves: ["states"]) {
            try ownComponents($0)
            try $0.replace("\"ids\": [\n          2", with: "\"ids\": [\n          7000", in: "text/tokenizer.json")
        },
        text("A vocab.txt of plain words", says: ["vocab.txt", "[UNK]"]) {
            try removeTokenizer($0)
            try $0.write("a\nb\nc\n", to: "text/vocab.txt")
        },
        text("A vocab.txt with a token twice", says: ["vocab.txt:700", "the", "line 73"]) {
            try $0.remove("text/tokenizer.json")
            try $0.replace("commuter\n", with: "the\n", in: "text/vocab.txt")
        },
        text("A vocab.json without its merges", says: ["merges.txt", "vocab.json"]) {
            try removeTokenizer($0)
            try $0.write("{\"tokenizer_class\": \"GPT2Tokenizer\"}", to: "text/tokenizer_config.json")
            try $0.write("{\"a\": 0, \"b\": 1}", to: "text/vocab.json")
        },
        text("Merges of tokens that the vocabulary lacks", says: ["merge", "y z"]) {
            try removeTokenizer($0)
            try $0.write("{\"tokenizer_class\": \"GPT2Tokenizer\"}", to: "text/tokenizer_config.json")
            try $0.write("{\"x\": 0, \"<|endoftext|>\": 1}", to: "text/vocab.json")
            try $0.write("y z\n", to: "text/merges.txt")
        },
        text("A web page as SentencePiece model", says: ["tokenizer.model"]) {
            try removeTokenizer($0)
            try $0.write("<!DOCTYPE html>\n<html></html>\n", to: "text/tokenizer.model")
        },
        text("A SentencePiece model that is cut off", says: ["tokenizer.model"]) {
            try removeTokenizer($0)
            try $0.write([0x0A, 0x20, 0x0A, 0x05] + Array("<unk>".utf8), to: "text/tokenizer.model")
        },
    ]

    /// Removes every file of the tokenizer.
    private static func removeTokenizer(_ folder: BadInputFolder) throws {
        for name in ["tokenizer.json", "tokenizer_config.json", "vocab.txt"] { try folder.remove("text/\(name)") }
    }

    /// A row that encodes with another text in `tokenizer.json`.
    private static func changed(_ input: String, _ old: String, _ new: String, says: [String]) -> BadInput {
        text(input, says: ["tokenizer.json"] + says) {
            try ownComponents($0)
            try $0.replace(old, with: new, in: "text/tokenizer.json")
        }
    }

    /// Has the tokenizer made of the components in its file: those of the class BertTokenizer are known without it.
    private static func ownComponents(_ folder: BadInputFolder) throws {
        try folder.replace("\"BertTokenizer\"", with: "\"PreTrainedTokenizerFast\"", in: "text/tokenizer_config.json")
    }
}
