import Torch

/// A batch of a catalogue that goes through an encoder block by block.
struct StreamedBatch: Codable, Equatable {
    /// An item that gets the states of another one, since their inputs are equal.
    struct Copy: Codable, Equatable {
        var from: Int
        var to: Int
    }

    /// Where its token states are in the activation files, in bytes.
    var place: Int
    /// Tokens per item.
    var tokens: Int
    /// The items, as indices into the catalogue.
    var rows: [Int]
    /// Items that get the states of one of the rows.
    var copies: [Copy] = []

    /// Bytes of the token states.
    func byteCount(width: Int, dtype: DType) -> Int { rows.count * tokens * width * dtype.size }

    /// Whether a batch that was read from the disk names items that there are and a place that can be.
    func isPossible(items: Int, tokens most: Int) -> Bool {
        let catalogue = 0..<items
        return (0..<(1 << 60)).contains(place) && (1...most).contains(tokens) && !rows.isEmpty && rows.count <= items
            && Set(rows).count == rows.count && rows.allSatisfy(catalogue.contains)
            && copies.allSatisfy { catalogue.contains($0.from) && catalogue.contains($0.to) }
    }
}
