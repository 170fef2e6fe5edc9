import Files

/// The states of one item as files hold them: layers of one vector, or layers of token states that are still to be pooled.
struct ItemStates {
    /// A tensor per layer: [width], or [tokens, width].
    private let layers: [StoredTensor]
    /// The number of layers.
    var count: Int { layers.count }
    /// Values per layer.
    let width: Int

    /// Takes one tensor, [width], [layers, width] or [layers, tokens, width].
    init(_ tensor: StoredTensor, name: String) throws {
        guard tensor.count > 0 else { throw Self.unexpected(tensor.shape, name) }
        switch tensor.shape.count {
        case 1: try self.init(layers: [tensor], name: name)
        case 2, 3: try self.init(layers: (0..<tensor.shape[0]).map { tensor[$0] }, name: name)
        default: throw Self.unexpected(tensor.shape, name)
        }
    }

    /// Takes a list with a tensor per layer: [width], [tokens, width], or [1, tokens, width] as `hidden_states` of transformers are.
    init(list: [StoredTensor], name: String) throws {
        try self.init(layers: list.map { $0.shape.count == 3 && $0.shape[0] == 1 ? $0[0] : $0 }, name: name)
    }

    private init(layers: [StoredTensor], name: String) throws {
        guard let width = layers.first?.shape.last else { throw Self.unexpected([], name) }
        for layer in layers {
            guard layer.type.isFloating, (1...2).contains(layer.shape.count), layer.shape.last == width, layer.count > 0 else {
                throw Self.unexpected(layer.shape, name)
            }
        }
        self.layers = layers
        self.width = width
    }

    /// Writes the layers, one vector each: [layers, width].
    func copy(into row: UnsafeMutableBufferPointer<Float>, pooling: StoreIdentity.Pooling) {
        precondition(row.count == layers.count * width, "a row of another shape")
        for (index, layer) in layers.enumerated() {
            let vector = UnsafeMutableBufferPointer(rebasing: row[index * width..<(index + 1) * width])
            guard layer.shape.count == 2 else {
                layer.copy(into: vector)
                continue
            }
            switch pooling {
            case .first: layer[0].copy(into: vector)
            case .last: layer[layer.shape[0] - 1].copy(into: vector)
            case .mean: Self.mean(of: layer, into: vector)
            }
        }
    }

    private static func mean(of layer: StoredTensor, into vector: UnsafeMutableBufferPointer<Float>) {
        let width = vector.count
        var sums = [Double](repeating: 0, count: width)
        for token in 0..<layer.shape[0] {
            layer[token].copy(into: vector)
            for index in 0..<width { sums[index] += Double(vector[index]) }
        }
        for index in 0..<width { vector[index] = Float(sums[index] / Double(layer.shape[0])) }
    }

    private static func unexpected(_ shape: [Int], _ name: String) -> UserError {
        UserError(
            "the states have the shape \(shape), expected floating numbers of [layers, width], [width], or layers of "
                + "[tokens, width]", at: name)
    }
}
