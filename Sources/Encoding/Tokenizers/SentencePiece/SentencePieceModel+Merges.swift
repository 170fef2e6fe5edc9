import Files

extension SentencePieceModel {
    /// The merges of a BPE model as SentencePiece makes them: each two pieces that make a third, the third's score giving the rank.
    ///
    /// Of pieces of one score the merges come in the order in which the package `transformers` has them.
    var merges: [(String, String)] {
        var merges = merges(of: isMerged)
        // Swift's sort keeps the order of equal elements, as Python's does.
        merges.sort { first, second in
            first.score != second.score ? first.score > second.score : first.lengths > second.lengths
        }
        return merges.map { (pieces[$0.left].text, pieces[$0.right].text) }
    }

    /// The merges as `transformers` 5 makes them: of all pieces, the third's number giving the rank.
    var mergesByNumber: [(String, String)] {
        var merges = merges { _ in true }
        merges.sort { ($0.whole, $0.lengths.left, $0.lengths.right) < ($1.whole, $1.lengths.left, $1.lengths.right) }
        return merges.map { (pieces[$0.left].text, pieces[$0.right].text) }
    }

    private struct Merge {
        var left: Int
        var right: Int
        var whole: Int
        var lengths: (left: Int, right: Int)
        var score: Float
    }

    private func merges(of isMerged: (Piece) -> Bool) -> [Merge] {
        var numbers: [[UInt8]: Int] = [:]
        for (index, piece) in pieces.enumerated() where isMerged(piece) { numbers[Array(piece.text.utf8)] = index }
        var merges: [Merge] = []
        for (whole, piece) in pieces.enumerated() where isMerged(piece) {
            let bytes = Array(piece.text.utf8)
            guard bytes.count <= Self.longestMerged else { continue }
            var found: [Merge] = []
            var scalars = 0
            let count = piece.text.unicodeScalars.count
            for index in bytes.indices.dropFirst() where bytes[index] & 0xC0 != 0x80 {
                scalars += 1
                guard let left = numbers[Array(bytes[..<index])], let right = numbers[Array(bytes[index...])] else { continue }
                found.append(
                    Merge(left: left, right: right, whole: whole, lengths: (scalars, count - scalars), score: piece.score))
            }
            merges += found.sorted { ($0.left, $0.right) < ($1.left, $1.right) }
        }
        return merges
    }

    private func isMerged(_ piece: Piece) -> Bool {
        switch piece.kind {
        case .normal, .userDefined, .unused: true
        case .unknown, .control, .byte: false
        }
    }

    /// Longer pieces are found only where they are user defined: a model's own are a few characters long.
    private static let longestMerged = 512
}

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

    /// The general parts that `transformers` makes of a model when no class of tokenizer is named: blanks become their sign, nothing is
    /// put before a text.
    ///
    /// - Parameter added: tokens whose numbers are those of pieces take these pieces' places.
    func parts(_ added: [AddedToken], place: String) throws -> TokenizerParts {
        let map: [Normalizer] = characterMap.isEmpty ? [] : [.characterMap(try CharacterMap(characterMap, place: place))]
        let normalizer = Normalizer.sequence(map + [TokenizerParts.blanks])
        let decoder = fallsBackToBytes ? TokenDecoder.sentencePiece(dropsFirstBlank: false) : .signs
        guard algorithm == .pairs else {
            let pieces = pieces.map { ($0.text, Double($0.score)) }
            let model = try Unigram(vocabulary: pieces, unknown: unknown, fallsBackToBytes: fallsBackToBytes, place: place)
            return TokenizerParts(model: model, normalizer: normalizer, decoder: decoder)
        }
        var tokens = tokens
        let known = Set(tokens.map { Array($0.token.utf8) })
        for token in added where tokens.indices.contains(Int(token.identifier)) && !known.contains(Array(token.content.utf8)) {
            tokens[Int(token.identifier)].token = token.content
        }
        let options = BytePairs.Options(
            unknownToken: unknownPiece, fusesUnknown: true, fallsBackToBytes: fallsBackToBytes)
        let model = try BytePairs(vocabulary: tokens, merges: mergesByNumber, options: options, place: place)
        return TokenizerParts(model: model, normalizer: normalizer, decoder: decoder)
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
        return TokenizerParts(
            model: model, normalizer: .sequence(normalizers), decoder: .sentencePiece(dropsFirstBlank: true))
    }
}
