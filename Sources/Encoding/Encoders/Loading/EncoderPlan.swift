import OrderedCollections
package import Torch

/// What the parts of an encoder hold, recognised by the checkpoint's headers alone.
package struct EncoderPlan: Sendable {
    /// The tensors of a part.
    package struct Part: Sendable, Equatable {
        /// Their names in the checkpoint.
        package var names: [String]
        /// How many numbers they hold together.
        package var count: Int
        /// Bytes in the checkpoint.
        package var storedBytes: Int
        /// Bytes in memory, in the type that is computed in.
        package var bytes: Int
        /// The most values that one of its maps gives for a token.
        package var widest: Int
    }

    /// The part from input to hidden state 0.
    package let embeddings: Part
    /// The blocks, from the first on.
    package let blocks: [Part]
    /// The part after the last block; nil where it is not loaded or there is none.
    package let finalNorm: Part?

    /// Asks all parts up to a hidden state what they would load.
    ///
    /// - Parameters:
    ///   - directory: the encoder.
    ///   - last: the last hidden state that will be asked for. nil: all.
    ///   - dtype: the type that is computed in.
    /// - Throws: ``UserError`` for a tensor that is missing or has another shape, and a hidden state that does not exist.
    package init(_ directory: EncoderDirectory, through last: Int? = nil, dtype: ElementType) throws {
        let (family, weights) = (directory.family, directory.weights)
        let last = last ?? family.depth
        try directory.check(last)
        func part(_ make: (Parameters) throws -> Void) throws -> Part {
            let parameters = Parameters(.shapes(of: weights), dtype: dtype, trained: false)
            try make(parameters.scoped(toEncoderOf: family, in: weights))
            return Part(
                names: Array(parameters.all.keys), count: parameters.count,
                storedBytes: parameters.all.reduce(0) { $0 + $1.value.count * (weights.dtype(of: $1.key) ?? dtype).size },
                bytes: parameters.all.values.reduce(0) { $0 + $1.count * $1.dtype.size },
                widest: parameters.all.values.map { $0.shape.count == 2 ? $0.size(0) : 0 }.max() ?? 0)
        }
        embeddings = try part { _ = try family.embeddings($0) }
        blocks = try (0..<last).map { index in try part { _ = try family.block($0, index) } }
        finalNorm = last == family.depth ? try part { _ = try family.finalNorm($0) } : nil
    }

    /// All parts.
    package var parts: [Part] { [embeddings] + blocks + (finalNorm.map { [$0] } ?? []) }
}

extension EncoderPlan {
    /// Bytes of all parts in memory.
    package var bytes: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// The most values that a map of a block gives for a token.
    package var widest: Int { blocks.map(\.widest).max() ?? 0 }

    /// Bytes of the block that is computed and the one that is read meanwhile, at most.
    package var blockwiseBytes: Int {
        let pairs = zip(blocks, blocks.dropFirst()).map { $0.storedBytes + $1.storedBytes }
        let stored = pairs.max() ?? blocks.first?.storedBytes ?? 0
        // A type that the checkpoint does not have is made of what was read.
        let copied = blocks.filter { $0.bytes != $0.storedBytes }.map(\.bytes).max() ?? 0
        return stored + copied
    }
}
