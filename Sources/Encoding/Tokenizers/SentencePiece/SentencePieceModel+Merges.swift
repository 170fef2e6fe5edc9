extension SentencePieceModel {
    /// The merges of a BPE model: its file has none, but each two pieces that make a third are merged, the third's score
    /// giving the rank.
    ///
    /// Of pieces of one score the merges come in the order in which the package `transformers` has them.
    var merges: [(String, String)] {
        struct Merge {
            var left: Int
            var right: Int
            var lengths: (left: Int, right: Int)
            var score: Float
        }
        var numbers: [[UInt8]: Int] = [:]
        for (index, piece) in pieces.enumerated() where isMerged(piece) {
            numbers[Array(piece.text.utf8)] = index
        }
        var merges: [Merge] = []
        for piece in pieces where isMerged(piece) {
            let bytes = Array(piece.text.utf8)
            guard bytes.count <= Self.longestMerged else { continue }
            var found: [Merge] = []
            var scalars = 0
            let count = piece.text.unicodeScalars.count
            for index in bytes.indices.dropFirst() where bytes[index] & 0xC0 != 0x80 {
                scalars += 1
                guard let left = numbers[Array(bytes[..<index])], let right = numbers[Array(bytes[index...])] else { continue }
                found.append(Merge(left: left, right: right, lengths: (scalars, count - scalars), score: piece.score))
            }
            merges += found.sorted { ($0.left, $0.right) < ($1.left, $1.right) }
        }
        // Swift's sort keeps the order of equal elements, as Python's does.
        merges.sort { first, second in
            first.score != second.score ? first.score > second.score : first.lengths > second.lengths
        }
        return merges.map { (pieces[$0.left].text, pieces[$0.right].text) }
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
