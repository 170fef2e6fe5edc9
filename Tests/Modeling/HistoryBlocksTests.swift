import OrderedCollections
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// The user encoder's blocks as one operation against their plain form: results and all gradients.
@Suite(.oneAtATime) struct HistoryBlocksTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var lengths = [3, 1, 10, 2, 7]
        var width = 64
        var heads = 2
        var blocks = 2

        var testDescription: String {
            "\(lengths.count) histories of up to \(lengths.max() ?? 0), width \(width), \(heads) heads, \(blocks) blocks"
        }
    }

    static let shapes: [Shape] = [
        Shape(), Shape(lengths: [1]), Shape(lengths: [10]), Shape(lengths: [0, 2, 0, 0, 4, 0]), Shape(lengths: [8, 8, 8, 8]),
        Shape(lengths: (0..<300).map { 1 + $0 * 7 % 10 }), Shape(lengths: [130, 3]), Shape(heads: 1),
        Shape(heads: 4, blocks: 1),
        Shape(width: 128, heads: 4), Shape(width: 16, blocks: 3), Shape(width: 48, heads: 3),
    ]

    /// An encoder's parts over packed histories, with parameters large enough that every part of a gradient counts.
    private struct Setting {
        let shape: Shape
        let rows: HistoryRows
        let starts: Tensor
        let parameters = Parameters(on: .cpu)
        let position: Embedding
        let norm: LayerNorm
        let blocks: [UserBlock]
        let together: HistoryBlocks
        let x: Tensor
        let slope: Tensor

        init(_ shape: Shape) throws {
            RandomState.seed(12)
            self.shape = shape
            let users = shape.lengths.enumerated().flatMap { [Int64](repeating: Int64($0), count: $1) }
            let length = max(shape.lengths.max() ?? 0, 1)
            let positions = shape.lengths.flatMap { (length - $0..<length).map(Int64.init) }
            func rows(isPadded: Bool) -> HistoryRows {
                HistoryRows(
                    users: Tensor(users), positions: Tensor(positions), userCount: shape.lengths.count, length: length,
                    isPadded: isPadded, among: nil)
            }
            self.rows = rows(isPadded: true)
            starts = try #require(rows(isPadded: false).starts)
            let parameters = parameters
            position = try Embedding(parameters.scoped("position"), length, shape.width)
            norm = try LayerNorm(parameters.scoped("norm"), shape.width, epsilon: UserEncoder.epsilon)
            blocks = try (0..<shape.blocks).map {
                try UserBlock(parameters.scoped("blocks", $0), width: shape.width, heads: shape.heads)
            }
            together = HistoryBlocks(position: position, norm: norm, blocks.map(\.together), heads: shape.heads)
            withoutGradients {
                for (name, parameter) in parameters.all {
                    let noise = Tensor.randomNormal(parameter.shape) * (name.hasSuffix("up.weight") ? 0.03 : 0.1)
                    // Biases keep what enters relu away from zero, where rounding would decide over whole gradients.
                    let base: Tensor =
                        name.hasSuffix("norm.weight")
                        ? .ones(parameter.shape)
                        : name.hasSuffix("up.bias")
                            ? Tensor((0..<parameter.size(0)).map { $0 % 2 == 0 ? 2 : -2 } as [Float]) : .zeros(parameter.shape)
                    parameter.copy(from: base + noise)
                }
            }
            x = .randomNormal([users.count, shape.width])
            slope = .randomNormal(x.shape)
        }

        /// How many pairs (row, row not after it) there are.
        var pairCount: Int { shape.lengths.reduce(0) { $0 + $1 * ($1 + 1) / 2 } }

        /// As one operation.
        func fast(_ items: Tensor, dropout: Double = 0) -> Tensor {
            together(items, positions: rows.positions, starts: starts, dropout: dropout)
        }

        /// One operation after the other; with masks (of rows [1 + 2 · blocks, rows, width] and of pairs [blocks, heads, pairs]) by
        /// hand.
        func plain(_ items: Tensor, _ masks: (rows: Tensor, pairs: Tensor)?) -> Tensor {
            let first = norm(items + position(rows.positions))
            guard let masks else { return blocks.reduce(first) { $1($0, rows.padded!, dropout: 0) } }
            return blocks.indices.reduce(first * masks.rows.selected(0, 0)) { x, block in
                func named(_ name: String) -> Tensor { parameters.all["blocks.\(block).\(name)"]! }
                func normalised(_ x: Tensor, _ name: String) -> Tensor {
                    x.layerNorm(named("\(name).weight"), named("\(name).bias"), epsilon: UserEncoder.epsilon)
                }
                func mask(_ norm: Int) -> Tensor { masks.rows.selected(0, 1 + 2 * block + norm) }
                let sides = Tensor.concatenated(
                    ["query", "key", "value"].map { x.linear(named("attention.\($0).weight")) }, along: 1)
                let seen = attention(sides, masks.pairs.selected(0, block))
                let attended = normalised(
                    x + seen.linear(named("attention.output.weight")) * mask(0), "attention.norm")
                let up = attended.linear(named("feed_forward.up.weight"), named("feed_forward.up.bias")).relu()
                let down = up.linear(named("feed_forward.down.weight"), named("feed_forward.down.bias"))
                return normalised(attended + down * mask(1), "feed_forward.norm")
            }
        }

        /// Causal attention, one history after the other; the probabilities are multiplied with a mask [heads, pairs] for the pairs
        /// (row, row not after it) of each history in turn.
        private func attention(_ sides: Tensor, _ mask: Tensor) -> Tensor {
            let (width, headWidth) = (shape.width, shape.width / shape.heads)
            let factors = mask.floats()
            var (row, pair) = (0, 0)
            let seen = shape.lengths.filter { $0 > 0 }.map { length in
                defer { (row, pair) = (row + length, pair + length * (length + 1) / 2) }
                let own = (0..<shape.heads).map { head in
                    let parts = (0..<3).map {
                        sides.narrowed(0, row..<row + length).narrowed(
                            1, ($0 * width + head * headWidth)..<($0 * width + (head + 1) * headWidth))
                    }
                    // [length, length]: what hides later rows, and the mask.
                    var hidden = [Float](repeating: -.infinity, count: length * length)
                    var kept = [Float](repeating: 0, count: length * length)
                    for i in 0..<length {
                        for j in 0...i {
                            hidden[i * length + j] = 0
                            kept[i * length + j] = factors[head * pairCount + pair + i * (i + 1) / 2 + j]
                        }
                    }
                    let scores = parts[0].matmul(parts[1].transposed(0, 1)) / Double(headWidth).squareRoot()
                    let probabilities = (scores + Tensor(hidden).reshaped([length, length])).softmax()
                    return (probabilities * Tensor(kept).reshaped([length, length])).matmul(parts[2])
                }
                return Tensor.concatenated(own, along: 1)
            }
            return .concatenated(seen, along: 0)
        }

        /// What a form gives, and the gradients of x and of all parameters.
        func results(_ form: (Tensor) -> Tensor) throws -> OrderedDictionary<String, Tensor> {
            let leaf = x.clone()
            leaf.requiresGradient = true
            let result = form(leaf)
            (result * slope).sum().backward()
            var all: OrderedDictionary = ["result": result.detached(), "x": try #require(leaf.gradient)]
            for (name, parameter) in parameters.all {
                let gradient = try #require(parameter.gradient)
                all[name] = gradient
                parameter.clearGradient()
            }
            return all
        }
    }

    private func compare(_ found: OrderedDictionary<String, Tensor>, _ expected: OrderedDictionary<String, Tensor>) throws {
        for (name, expected) in expected {
            let found = try #require(found[name])
            #expect(found.shape == expected.shape)
            let difference: Double = (found - expected).absolute().maximum().item()
            // What is zero by the formula, as a lone row's queries and keys are for attention, is rounding in the plain form.
            #expect(difference <= 1e-5 * max(expected.absolute().maximum().item(), 0.05), "\(name)")
        }
    }

    @Test(arguments: shapes, [1, 2, 3, 8]) func equalsThePlainForm(_ shape: Shape, _ threads: Int) throws {
        try withThreads(threads) {
            let setting = try Setting(shape)
            #expect(setting.together.isAvailable)
            let found = try setting.results { setting.fast($0) }
            try compare(found, try setting.results { setting.plain($0, nil) })
            // Without gradients nothing is kept, and the numbers are the same.
            let unrecorded = withoutGradients { setting.fast(setting.x) }
            #expect(unrecorded.floats() == found["result"]?.floats())
        }
    }

    /// The masks are what dropout makes of ones.
    @Test(arguments: shapes, [1, 2, 3, 8]) func dropsAsMasksByHandDo(_ shape: Shape, _ threads: Int) throws {
        try withThreads(threads) {
            let setting = try Setting(shape)
            RandomState.seed(13)
            let found = try setting.results { setting.fast($0, dropout: 0.3) }
            let (rowShape, pairShape) = (
                [1 + 2 * shape.blocks] + setting.x.shape, [shape.blocks, shape.heads, setting.pairCount]
            )
            let (rowCount, pairCount) = (rowShape.reduce(1, *), pairShape.reduce(1, *))
            RandomState.seed(13)
            let masks = Tensor.ones([rowCount + pairCount]).fastDropout(0.3)
            let cut = (
                rows: masks.narrowed(0, 0..<rowCount).reshaped(rowShape),
                pairs: masks.narrowed(0, rowCount..<rowCount + pairCount).reshaped(pairShape)
            )
            try compare(found, try setting.results { setting.plain($0, cut) })
            RandomState.seed(13)
            let unrecorded = withoutGradients { setting.fast(setting.x, dropout: 0.3) }
            #expect(unrecorded.floats() == found["result"]?.floats())
        }
    }

    /// The same numbers each time, on any number of threads, bit for bit.
    @Test(arguments: shapes) func isDeterministic(_ shape: Shape) throws {
        func run(_ threads: Int) throws -> [[Float]] {
            try withThreads(threads) {
                let setting = try Setting(shape)
                RandomState.seed(14)
                return try setting.results { setting.fast($0, dropout: 0.1) }.values.map { $0.floats() }
            }
        }
        let first = try run(1)
        for threads in [1, 2, 3, 8] { #expect(try run(threads) == first, "\(threads) threads") }
    }

    /// The encoder uses the operation; where it does not exist, the plain form.
    @Test(arguments: [(64, 2), (40, 2), (24, 3)]) func theEncoderTakesWhatThereIs(_ width: Int, _ heads: Int) throws {
        RandomState.seed(15)
        let parameters = Parameters(on: .cpu)
        var options = UserEncoderOptions()
        options.heads = heads
        let encoder = try UserEncoder(parameters, width: width, positions: 5, options)
        let blocks = try (0..<2).map { try UserBlock(parameters.scoped("blocks", $0), width: width, heads: heads) }
        let position = try Embedding(parameters.scoped("position"), 5, width)
        let norm = try LayerNorm(parameters.scoped("norm"), width, epsilon: UserEncoder.epsilon)
        let together = HistoryBlocks(position: position, norm: norm, blocks.map(\.together), heads: heads)
        #expect(together.isAvailable == (width % 16 == 0))
        let rows = encoder.rows(users: [0, 0, 0, 2], positions: [2, 3, 4, 4], userCount: 3)
        #expect((rows.padded == nil) == together.isAvailable)
        let padded = PaddedHistories(
            users: Tensor([0, 0, 0, 2] as [Int64]), positions: rows.positions, userCount: 3, length: 5)
        let items = Tensor.randomNormal([4, width])
        let expected = blocks.reduce(norm(items + position(rows.positions))) { $1($0, padded, dropout: 0) }
        #expect((encoder(items, rows) - expected).absolute().maximum().item() < 1e-5)
        #expect(encoder(items, rows, training: true).requiresGradient)
    }

    /// Without rows nothing is computed, and every gradient is zero.
    @Test(arguments: [[], [0, 0, 0]]) func noRowsAreNoError(_ lengths: [Int]) throws {
        let setting = try Setting(Shape(lengths: lengths))
        let found = try setting.results { setting.fast($0, dropout: 0.1) }
        #expect(found["result"]?.shape == [0, 64])
        for (name, gradient) in found where gradient.count > 0 {
            #expect(gradient.absolute().maximum().item() == 0, "\(name)")
        }
    }

    @Test func impossibleLayoutsAreErrors() throws {
        let setting = try Setting(Shape(lengths: [4]))
        let (starts, positions) = (setting.starts, setting.rows.positions)
        func expectError(
            _ blocks: HistoryBlocks? = nil, x: Tensor? = nil, positions: Tensor? = nil, starts: Tensor? = nil,
            dropout: Double = 0,
            sourceLocation: SourceLocation = #_sourceLocation
        ) {
            #expect(throws: (any Error).self, sourceLocation: sourceLocation) {
                try withTensorErrors {
                    _ = (blocks ?? setting.together)(
                        x ?? setting.x, positions: positions ?? setting.rows.positions, starts: starts ?? setting.starts,
                        dropout: dropout)
                }
            }
        }
        for starts in [[], [0, 3], [1, 4], [0, 5, 4], [0, 3, 2, 4]] as [[Int64]] { expectError(starts: Tensor(starts)) }
        expectError(starts: starts.to(.float32))
        for positions in [[0, 1, 2], [0, 1, 2, 4], [-1, 1, 2, 3]] as [[Int64]] { expectError(positions: Tensor(positions)) }
        expectError(positions: positions.to(.float32))
        expectError(x: .zeros([4, 32]))
        expectError(x: .zeros([4, 64], dtype: .float64))
        for dropout in [-0.1, 1] { expectError(dropout: dropout) }
        expectError(
            HistoryBlocks(position: setting.position, norm: setting.norm, setting.blocks.map(\.together), heads: 3))
    }
}
