import Testing

@testable import Tokenizers

/// Expected tokens are those of the PyPI package `tokenizers` with the same vocabulary.
struct WordPieceTests {
    @Test(
        arguments: [
            ("The Toy Story (1995)", [5, 6, 7, 19, 21, 20]),
            ("unaffable, naïve CAFÉ", [10, 11, 12, 18, 13, 14, 15]),
            ("日本 a日本", [26, 27, 28, 26, 27]),
            ("don't!", [30, 31, 32, 36]),
            ("", []),
            ("   \t\r\n", []),
            ("[MASK] the [CLS] toy[SEP]", [4, 5, 2, 6, 3]),
            ("[mask]", [37, 1, 38]),
            ("İstanbul", [33]),
            ("toys toyy tox", [6, 9, 6, 8, 1]),
            (String(repeating: "a", count: 100), [28] + Array(repeating: 29, count: 99)),
            (String(repeating: "a", count: 101), [1]),
            ("\0t\u{200B}h\u{FFFD}e\u{FEFF} toy", [5, 6]),
            ("e\u{301}\u{323}-e\u{323}\u{301}", [34, 35, 34]),
            ("##s #", [39, 39, 1, 39]),
            ("straße", [45]),
            ("1995.19", [21, 17, 22]),
            ("the\u{3000}toy\u{A0}story", [5, 6, 7]),
            ("the\u{2028}toy\u{B}story", [5, 1]),
            ("👩\u{200D}👩", [1]),
            ("\u{1885}toy", [1]),
        ] as [(String, [Int32])])
    func uncased(text: String, tokens: [Int32]) throws {
        #expect(try TinyVocabulary.tokenizer().encode(text) == [2] + tokens + [3])
    }

    @Test(
        arguments: [
            ("Toy toy", [47, 6]), ("naïve", [46]), ("É \u{E9} e\u{301}", [1, 48, 49]), ("straße", [45]),
        ] as [(String, [Int32])])
    func cased(text: String, tokens: [Int32]) throws {
        let json = TinyVocabulary.json(normalizer: #"{"type": "BertNormalizer", "lowercase": false, "strip_accents": null}"#)
        #expect(try TinyVocabulary.tokenizer(json).encode(text) == [2] + tokens + [3])
    }

    @Test func sequenceOfNormalizersEqualsTheOne() throws {
        let parts = #"[{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Lowercase"}, {"type": "Strip"}]"#
        let tokenizer = try TinyVocabulary.tokenizer(
            TinyVocabulary.json(normalizer: #"{"type": "Sequence", "normalizers": \#(parts)}"#))
        #expect(tokenizer.encode(" The CAFÉ, İstanbul 1995 ") == [2, 5, 15, 18, 33, 21, 3])
    }

    @Test func readsTemplates() throws {
        let template = """
            {"type": "TemplateProcessing", "pair": [],
             "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}},
                        {"SpecialToken": {"id": "end", "type_id": 0}}],
             "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}, "end": {"id": "end", "ids": [3, 0], "tokens": []}}}
            """
        let tokenizer = try TinyVocabulary.tokenizer(TinyVocabulary.json(postProcessor: template))
        #expect(tokenizer.encode("the toy") == [2, 5, 6, 3, 0])
        #expect(tokenizer.encode("the toy", maximumTokens: 4) == [2, 5, 3, 0])
    }

    @Test func cutsToAMaximum() throws {
        let tokenizer = try TinyVocabulary.tokenizer()
        #expect(tokenizer.encode("the toy story", maximumTokens: 5) == [2, 5, 6, 7, 3])
        #expect(tokenizer.encode("the toy story", maximumTokens: 4) == [2, 5, 6, 3])
        #expect(tokenizer.encode("the toy story", maximumTokens: 3) == [2, 5, 3])
        for maximum in [2, 1, 0, -5] { #expect(tokenizer.encode("the toy story", maximumTokens: maximum) == [2, 3]) }
        // A word of several tokens is cut inside.
        #expect(tokenizer.encode("unaffable", maximumTokens: 4) == [2, 10, 11, 3])
        #expect(tokenizer.encode("[MASK][MASK][MASK]", maximumTokens: 4) == [2, 4, 4, 3])
    }

    @Test func takesTheFilesOwnMaximum() throws {
        let right = #"{"max_length": 4, "strategy": "LongestFirst", "stride": 0}"#
        let left = #"{"max_length": 4, "strategy": "LongestFirst", "stride": 0, "direction": "Left"}"#
        let first = try TinyVocabulary.tokenizer(TinyVocabulary.json(truncation: right))
        #expect(first.maximumTokens == 4)
        #expect(first.encode("the toy story") == [2, 5, 6, 3])
        #expect(first.encode("the toy story", maximumTokens: 9) == [2, 5, 6, 7, 3])
        #expect(try TinyVocabulary.tokenizer(TinyVocabulary.json(truncation: left)).encode("the toy story") == [2, 6, 7, 3])
    }

    @Test(
        arguments: [
            ("Toy Story", [50]), ("the  STORY  toy", [5, 7, 6]), ("stories story's xstory", [1, 7, 31, 1, 1]),
            ("Toyy Toy", [47, 1, 47]), ("the toy story", [5, 6, 7]),
        ] as [(String, [Int32])])
    func addedTokens(text: String, tokens: [Int32]) throws {
        let tokenizer = try TinyVocabulary.tokenizer(
            TinyVocabulary.json(added: [
                #"{"id": 7, "content": "story", "single_word": true, "lstrip": true, "rstrip": true, "normalized": true}"#,
                #"{"id": 50, "content": "Toy Story", "normalized": false}"#,
                #"{"id": 47, "content": "Toy", "normalized": false}"#,
            ]))
        #expect(tokenizer.vocabularySize == 51)
        #expect(tokenizer.encode(text) == [2] + tokens + [3])
    }

    @Test func knowsItsTokens() throws {
        let tokenizer = try TinyVocabulary.tokenizer()
        #expect(tokenizer.vocabularySize == 50)
        #expect(tokenizer.identifier(of: "[PAD]") == 0)
        #expect(tokenizer.identifier(of: "\u{E9}") == 48)
        #expect(tokenizer.identifier(of: "e\u{301}") == 49)
        #expect(tokenizer.identifier(of: "none") == nil)
    }

    @Test func longTextsTakeLinearTime() throws {
        let tokenizer = try TinyVocabulary.tokenizer()
        #expect(tokenizer.encode(String(repeating: "a", count: 300_000)) == [2, 1, 3])
        #expect(tokenizer.encode("e" + String(repeating: "\u{301}\u{323}", count: 30_000)) == [2, 34, 3])
        #expect(tokenizer.encode(String(repeating: "(", count: 50_000)).count == 50_002)
    }

    @Test func manyThreadsUseOneTokenizer() async throws {
        let tokenizer = try TinyVocabulary.tokenizer()
        await withTaskGroup(of: [Int32].self) { group in
            for _ in 0..<16 { group.addTask { tokenizer.encode("unaffable, naïve CAFÉ 日本") } }
            for await tokens in group { #expect(tokens == [2, 10, 11, 12, 18, 13, 14, 15, 26, 27, 3]) }
        }
    }
}
