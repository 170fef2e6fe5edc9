import Torch

/// The keys and values of all tokens that a decoder has read, so that each further token costs a single step.
///
/// The memory is taken at once: two tensors [blocks, items, keyHeads, positions, headWidth]. All items have the same number of tokens;
/// one that is finished leaves with ``remove(_:)``, and no step computes for it any more.
package final class KeyValueCache {
    /// Items that are still read for.
    package private(set) var items: Int
    /// Tokens of each item that were read.
    package private(set) var count = 0
    /// Tokens of an item that there is room for.
    package let positions: Int

    private let keys: Tensor
    private let values: Tensor
    private let angles: RotaryAngles

    init(
        blocks: Int, items: Int, positions: Int, _ heads: AttentionShape, _ frequencies: RotaryFrequencies,
        dtype: ElementType, on device: Device
    ) {
        (self.items, self.positions) = (items, positions)
        let shape = [blocks, items, heads.keyHeads, positions, heads.headWidth]
        (keys, values) = (.empty(shape, dtype: dtype, on: device), .empty(shape, dtype: dtype, on: device))
        angles = RotaryAngles(frequencies, positions: positions, dtype: dtype, on: device)
    }

    /// Takes an item out; the last one takes its place.
    ///
    /// - Parameter item: its present place, below ``items``.
    package func remove(_ item: Int) {
        precondition(item < items, "item \(item) of a cache of \(items)")
        items -= 1
        guard item < items else { return }
        for tensor in [keys, values] {
            let filled = tensor.narrowed(3, 0..<count)
            filled.selected(1, item).copy(from: filled.selected(1, items))
        }
    }

    /// Counts tokens that every block has read.
    func advance(by tokens: Int) { count += tokens }

    /// What one block keeps.
    func block(_ index: Int) -> Block {
        Block(
            keys: keys.selected(0, index).narrowed(0, 0..<items), values: values.selected(0, index).narrowed(0, 0..<items),
            angles: angles, start: count)
    }

    /// The keys and values of one block.
    struct Block {
        /// [items, keyHeads, positions, headWidth].
        let keys: Tensor
        let values: Tensor
        /// The turns of all positions.
        let angles: RotaryAngles
        /// The position of the first token that is read now.
        let start: Int

        /// Keeps the keys and values of tokens [items, keyHeads, tokens, headWidth] and gives those of a range that ends with them.
        func append(_ keys: Tensor, _ values: Tensor, seenFrom first: Int) -> (keys: Tensor, values: Tensor) {
            let end = start + keys.size(2)
            self.keys.narrowed(2, start..<end).copy(from: keys)
            self.values.narrowed(2, start..<end).copy(from: values)
            return (self.keys.narrowed(2, first..<end), self.values.narrowed(2, first..<end))
        }
    }
}
