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
