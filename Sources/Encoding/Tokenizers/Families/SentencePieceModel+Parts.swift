import Files

extension SentencePieceModel {
    /// The pieces with their numbers.
    var tokens: [(token: String, identifier: Int32)] { pieces.enumerated().map { ($1.text, Int32($0)) } }

    /// The pieces that are found in a text before all else: controls, which are special, and those given by the user.
    var specialPieces: [AddedToken] {
        pieces.enumerated().compactMap { index, piece in
            guard piece.kind == .control || piece.kind == .userDefined else { return nil }
            var token = AddedToken(content: piece.text, identifier: Int32(index))
            token.isSpecial = piece.kind == .control
            return token
        }
    }

    /// The names of the model's own special tokens.
    var names: [String: String] {
        var names: [String: String] = [:]
        if hasFirst { names["bos_token"] = firstPiece.isEmpty ? "<s>" : firstPiece }
        if hasLast { names["eos_token"] = lastPiece.isEmpty ? "</s>" : lastPiece }
        if hasUnknown { names["unk_token"] = unknownPiece.isEmpty ? "<unk>" : unknownPiece }
        return names
    }

    /// The general parts that `transformers` makes of a model when no class of tokenizer is told: blanks become their sign, nothing is
    /// put before a text.
    ///
    /// - Parameter added: tokens whose numbers are those of pieces take these pieces' places.
    func parts(_ added: [AddedToken], place: String) throws -> TokenizerParts {
        let map: [Normalizer] = characterMap.isEmpty ? [] : [.characterMap(try CharacterMap(characterMap, place: place))]
        let normalizer = Normalizer.sequence(map + [TokenizerParts.blanks])
        guard algorithm == .pairs else {
            let pieces = pieces.map { ($0.text, Double($0.score)) }
            let model = try Unigram(vocabulary: pieces, unknown: unknown, fallsBackToBytes: fallsBackToBytes, place: place)
            return TokenizerParts(model: model, normalizer: normalizer)
        }
        var tokens = tokens
        let known = Set(tokens.map { Array($0.token.utf8) })
        for token in added where tokens.indices.contains(Int(token.identifier)) && !known.contains(Array(token.content.utf8)) {
            tokens[Int(token.identifier)].token = token.content
        }
        let options = BytePairs.Options(
            unknownToken: unknownPiece, fusesUnknown: true, fallsBackToBytes: fallsBackToBytes)
        let model = try BytePairs(vocabulary: tokens, merges: mergesByNumber, options: options, place: place)
        return TokenizerParts(model: model, normalizer: normalizer)
    }

    /// The parts of a model of pairs that lies alone, without a word on what encoder it belongs to: those of SentencePiece itself.
    func plainParts(place: String) throws -> TokenizerParts {
        let options = BytePairs.Options(
            unknownToken: unknownPiece, fusesUnknown: true, fallsBackToBytes: fallsBackToBytes)
        let model = try BytePairs(vocabulary: tokens, merges: merges, options: options, place: place)
        let map: [Normalizer] = characterMap.isEmpty ? [] : [.characterMap(try CharacterMap(characterMap, place: place))]
        let extra: [Normalizer] = [
            .strip(left: true, right: true), .replace(Splitter.knownPattern(" {2,}"), with: [0x20]),
        ]
        let normalizers =
            map + (removesExtraBlanks ? extra : []) + (addsPrefix ? [.prepend(Array("▁".utf8))] : []) + [TokenizerParts.blanks]
        return TokenizerParts(model: model, normalizer: .sequence(normalizers))
    }
}
