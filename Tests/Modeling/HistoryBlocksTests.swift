import OrderedCollections
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

    /// Blocks over packed histories, with parameters large enough that every part of a gradient counts.
    private struct Setting {
        let shape: Shape
        let rows: HistoryRows
        let parameters = Parameters(on: .cpu)
        let blocks: [UserBlock]
        let together: HistoryBlocks
        let x: Tensor
        let slope: Tensor

        init(_ shape: Shape) throws {
            RandomState.seed(12)
            self.shape = shape
            let users = shape.lengths.enumerated().flatMap { [Int64](repeating: Int64($0), count: $1) }
            rows = HistoryRows(
                users: users, positions: users, userCount: shape.lengths.count, length: 10, isPadded: false, on: .cpu)
            let parameters = parameters
            blocks = try (0..<shape.blocks).map {
                try UserBlock(parameters.scoped("blocks", $0), width: shape.width, heads: shape.heads)
            }
            together = HistoryBlocks(blocks.map(\.together), heads: shape.heads, epsilon: UserEncoder.epsilon)
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

        /// The blocks one operation after the other; with masks (before the norms [blocks, 2, rows, width] and of pairs
        /// [blocks, heads, pairs]) by hand.
        func plain(_ x: Tensor, _ masks: (rows: Tensor, pairs: Tensor)?) -> Tensor {
            guard let masks else { return blocks.reduce(x) { $1($0, rows, dropout: 0) } }
            return blocks.indices.reduce(x) { x, block in
                func named(_ name: String) -> Tensor { parameters.all["blocks.\(block).\(name)"]! }
                func normalised(_ x: Tensor, _ name: String) -> Tensor {
                    x.layerNorm(named("\(name).weight"), named("\(name).bias"), epsilon: UserEncoder.epsilon)
                }
                func mask(_ norm: Int) -> Tensor { masks.rows.selected(0, block).selected(0, norm) }
                let sides = Tensor.concatenated(
                    ["query", "key", "value"].map { x.linear(named("attention.\($0).weight")) }, along: 1)
                let seen = sides.historyAttention(
                    starts: rows.starts, heads: shape.heads, mask: masks.pairs.selected(0, block))
                let attended = normalised(
                    x + seen.linear(named("attention.output.weight")) * mask(0), "attention.norm")
                let up = attended.linear(named("feed_forward.up.weight"), named("feed_forward.up.bias")).relu()
                let down = up.linear(named("feed_forward.down.weight"), named("feed_forward.down.bias"))
                return normalised(attended + down * mask(1), "feed_forward.norm")
            }
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
            #expect(difference <= 1e-5 * max(expected.absolute().maximum().item(), 1e-3), "\(name)")
        }
    }

    private func withThreads<Result>(_ count: Int, _ body: () throws -> Result) rethrows -> Result {
        let before = LibTorch.threads
        LibTorch.threads = count
        defer { LibTorch.threads = before }
        return try body()
    }

    @Test(arguments: shapes, [1, 2]) func equalsThePlainForm(_ shape: Shape, _ threads: Int) throws {
        try withThreads(threads) {
            let setting = try Setting(shape)
            #expect(setting.together.isAvailable)
            let found = try setting.results { setting.together($0, starts: setting.rows.starts) }
            try compare(found, try setting.results { setting.plain($0, nil) })
            // Without gradients nothing is kept, and the numbers are the same.
            let unrecorded = withoutGradients { setting.together(setting.x, starts: setting.rows.starts) }
            #expect(unrecorded.floats() == found["result"]?.floats())
        }
    }

    /// The masks are what dropout makes of ones.
    @Test(arguments: shapes, [1, 2]) func dropsAsMasksByHandDo(_ shape: Shape, _ threads: Int) throws {
        try withThreads(threads) {
            let setting = try Setting(shape)
            RandomState.seed(13)
            let found = try setting.results { setting.together($0, starts: setting.rows.starts, dropout: 0.3) }
            let (rowShape, pairShape) = (
                [shape.blocks, 2] + setting.x.shape, [shape.blocks, shape.heads, setting.rows.pairCount]
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
            let unrecorded = withoutGradients { setting.together(setting.x, starts: setting.rows.starts, dropout: 0.3) }
            #expect(unrecorded.floats() == found["result"]?.floats())
        }
    }

    /// The same numbers each time, bit for bit.
    @Test(arguments: [1, 2]) func isDeterministic(_ threads: Int) throws {
        try withThreads(threads) {
            let setting = try Setting(Self.shapes[5])
            func run() throws -> [[Float]] {
                RandomState.seed(14)
                return try setting.results { setting.together($0, starts: setting.rows.starts, dropout: 0.1) }.values.map {
                    $0.floats()
                }
            }
            let first = try run()
            for _ in 0..<5 { #expect(try run() == first) }
        }
    }

    /// The encoder uses the operation; where it does not exist, the plain form.
    @Test(arguments: [(64, 2), (40, 2), (24, 3)]) func theEncoderTakesWhatThereIs(_ width: Int, _ heads: Int) throws {
        RandomState.seed(15)
        let parameters = Parameters(on: .cpu)
        var options = UserEncoderOptions()
        options.heads = heads
        let encoder = try UserEncoder(parameters, width: width, positions: 5, options)
        let blocks = try (0..<2).map { try UserBlock(parameters.scoped("blocks", $0), width: width, heads: heads) }
        let together = HistoryBlocks(blocks.map(\.together), heads: heads, epsilon: UserEncoder.epsilon)
        #expect(together.isAvailable == (width % 16 == 0))
        let rows = encoder.rows(users: [0, 0, 0, 2], positions: [2, 3, 4, 4], userCount: 3)
        let items = Tensor.randomNormal([4, width])
        let position = try #require(parameters.all["position.weight"]).selecting(rows.positions)
        let first = (items + position).layerNorm(
            try #require(parameters.all["norm.weight"]), try #require(parameters.all["norm.bias"]), epsilon: UserEncoder.epsilon
        )
        let expected = blocks.reduce(first) { $1($0, rows, dropout: 0) }
        #expect((encoder(items, rows) - expected).absolute().maximum().item() < 1e-5)
        #expect(encoder(items, rows, training: true).requiresGradient)
    }

    /// Without rows nothing is computed, and every gradient is zero.
    @Test(arguments: [[], [0, 0, 0]]) func noRowsAreNoError(_ lengths: [Int]) throws {
        let setting = try Setting(Shape(lengths: lengths))
        let found = try setting.results { setting.together($0, starts: setting.rows.starts, dropout: 0.1) }
        #expect(found["result"]?.shape == [0, 64])
        for (name, gradient) in found where gradient.count > 0 {
            #expect(gradient.absolute().maximum().item() == 0, "\(name)")
        }
    }

    @Test func impossibleLayoutsAreErrors() throws {
        let setting = try Setting(Shape(lengths: [4]))
        func expectError(_ x: Tensor, _ starts: Tensor, dropout: Double = 0) {
            #expect(throws: (any Error).self) {
                try withTensorErrors { _ = setting.together(x, starts: starts, dropout: dropout) }
            }
        }
        for starts in [[], [0, 3], [1, 4], [0, 5, 4], [0, 3, 2, 4]] as [[Int64]] { expectError(setting.x, Tensor(starts)) }
        let starts = setting.rows.starts
        expectError(setting.x, starts.to(.float32))
        expectError(.zeros([4, 32]), starts)
        expectError(.zeros([4, 64], dtype: .float64), starts)
        for dropout in [-0.1, 1] { expectError(setting.x, starts, dropout: dropout) }
        let wrong = HistoryBlocks(setting.blocks.map(\.together), heads: 3, epsilon: 1e-6)
        #expect(throws: (any Error).self) { try withTensorErrors { _ = wrong(setting.x, starts: starts) } }
    }
}
