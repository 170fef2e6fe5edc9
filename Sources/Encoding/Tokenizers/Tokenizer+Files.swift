import Files
package import Foundation

extension Tokenizer {
    /// Makes the tokenizer of an encoder's folder, as `AutoTokenizer` of `transformers` 5.23 does of all its files: the vocabulary, which
    /// is a `tokenizer.json` where there is one; `tokenizer_config.json`, `special_tokens_map.json` and `added_tokens.json`; the kind of
    /// model in `config.json`.
    ///
    /// Where nothing tells what encoder the folder is of, the vocabulary's file does: a `tokenizer.json` is taken as it is, a
    /// SentencePiece model of pairs as SentencePiece has it, with its token for the start.
    ///
    /// - Throws: ``UserError`` when the folder has no vocabulary, or a file is damaged or has parts or settings that are not supported.
    package init(directory: URL) throws {
        let folder = try TokenizerFolder(directory)
        let kind = try TokenizerClass(of: folder)
        var names = TokenizerFolder.vocabularies
        if let kind {
            names = ["tokenizer.json", "tokenizer.model"] + (kind.vocabulary == "tokenizer.model" ? [] : [kind.vocabulary])
        }
        guard let file = names.lazy.compactMap(folder.file).first else { throw folder.missing(names) }
        try self.init(Vocabulary(file), folder, kind)
    }

    /// Makes a tokenizer from one file, distinguished by the name's ending.
    ///
    /// It is a `tokenizer.json`, which is taken as it is; the `vocab.txt` of the BERT family; a `vocab.json` with a `merges.txt`
    /// beside it (GPT-2, RoBERTa, Qwen, CLIP); a SentencePiece `.model` (Llama, Gemma, XLM-R, DeBERTa, T5); or OpenAI's `.txt.gz`
    /// for CLIP. All but the first take their settings from the files beside them, as in ``init(directory:)``.
    ///
    /// - Throws: ``UserError`` when the file is missing or damaged or has components that are not supported.
    package init(file: URL) throws {
        let name = file.lastPathComponent
        if name.hasSuffix(".json"), !name.hasSuffix("vocab.json") {
            self = try MappedFile(file).withBytes { try Tokenizer(json: $0, file: file.path, hash: ContentHash.of($0)) }
            return
        }
        let vocabulary = try Vocabulary(file)
        let folder = try TokenizerFolder(file.deletingLastPathComponent())
        try self.init(vocabulary, folder, TokenizerClass(of: folder))
    }

    /// Makes a tokenizer from the bytes of a `tokenizer.json`.
    init(json bytes: UnsafeRawBufferPointer, file: String, hash: String) throws {
        let root = try JSONEntry(json: bytes, file: file)
        let parts = try TokenizerParts(root)
        var vocabulary = AddedVocabulary(parts.model)
        for token in parts.added { vocabulary.add(token) }
        try self.init(
            added: vocabulary.tokens, normalizer: parts.normalizer, preTokenizer: parts.preTokenizer, model: parts.model,
            postProcessor: parts.postProcessor ?? PostProcessor(),
            truncation: try root.optional("truncation").map(Truncation.init),
            decoder: parts.decoder, cleansSpaces: false, hash: hash)
    }

    /// Puts a vocabulary and the settings of its folder together.
    ///
    /// - Parameter named: the class that makes the tokenizer; nil where only the vocabulary can tell.
    init(_ vocabulary: Vocabulary, _ folder: TokenizerFolder, _ named: TokenizerClass?) throws {
        let kind = try named ?? vocabulary.likelyClass()
        let settings = try TokenizerSettings(folder, kind)
        try vocabulary.check(for: kind)
        let plain = named == nil ? vocabulary.sentencePieces.flatMap { $0.algorithm == .pairs ? $0 : nil } : nil
        var special = try SpecialTokens(
            settings, folder, saved: vocabulary.addedTokens(), pieces: vocabulary.sentencePieces?.specialPieces,
            defaults: plain?.names ?? vocabulary.names(for: kind))
        if kind == .t5 { special.addExtra(try TokenizerParts.extraTokens(settings)) }
        let parts =
            try plain?.plainParts(place: vocabulary.place)
            ?? TokenizerParts(vocabulary, settings, special.content, added: special.added)
        var tokens = AddedVocabulary(parts.model)
        for token in parts.added { tokens.add(token) }
        tokens.add(special)
        if kind == .qwen2 { tokens.addPlainly(special) }
        let ends = try TokenizerEnds(
            settings, isJSON: vocabulary.isJSON, addsFirst: plain != nil, saved: parts.postProcessor)
        var truncation = try vocabulary.truncation()
        if let keepsEnd = try settings.keepsEnd() { truncation = Truncation(maximum: truncation?.maximum, keepsEnd: keepsEnd) }
        var added = tokens.tokens
        if try settings.bool("split_special_tokens", default: false) {
            for index in added.indices where added[index].isSpecial { added[index].isLeftInText = true }
        }
        try self.init(
            added: added, normalizer: parts.normalizer, preTokenizer: parts.preTokenizer, model: parts.model,
            postProcessor: ends.processor(special, tokens, place: vocabulary.place), truncation: truncation,
            decoder: parts.decoder, cleansSpaces: settings.cleansSpaces(parts.model),
            hash: folder.hash(with: vocabulary.files))
    }
}
