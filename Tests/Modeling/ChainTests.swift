import Files
import OrderedCollections
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// The towers' blocks as one operation against their plain form: vectors and all gradients.
@Suite(.oneAtATime) struct ChainTests {
    struct Shape: Sendable, CustomTestStringConvertible {
        var text: (width: Int, layers: Int)?
        var image: (width: Int, layers: Int)?
        var options = SideNetworkOptions()
        var items = 70
        var missing = false
        var states = StateScaling.raw

        init(
            text: (width: Int, layers: Int)? = (64, 3), image: (width: Int, layers: Int)? = (64, 3), items: Int = 70,
            missing: Bool = false, states: StateScaling = .raw, _ change: (inout SideNetworkOptions) -> Void = { _ in }
        ) {
            self.text = text
            self.image = image
            self.items = items
            self.missing = missing
            self.states = states
            options.bottleneck = 32
            change(&options)
        }

        var testDescription: String {
            "text \(String(describing: text)), image \(String(describing: image)), \(items) items, gated \(options.gated), "
                + "\(options.activation.rawValue), \(options.form.rawValue), missing \(missing), \(states)"
        }
    }

    static let shapes: [Shape] = [
        Shape(), Shape(items: 1), Shape(items: 33), Shape(items: 600), Shape { $0.gated = false },
        Shape { $0.activation = .gelu }, Shape { ($0.activation, $0.gated) = (.gelu, false) }, Shape { $0.form = .versa },
        Shape(text: nil), Shape(image: nil), Shape { $0.inter = false }, Shape { $0.intra = false },
        Shape(text: (96, 4), image: (64, 2)), Shape(text: (32, 2), image: (160, 5)), Shape { $0.transformation = .both },
        Shape(states: .standardised), Shape(text: (96, 4), image: (64, 2), states: .standardised) { $0.activation = .gelu },
        Shape(missing: true), Shape(text: (32, 2), image: (32, 2), items: 9000),  // more than a core's cache takes at a time
    ]

    private let table = 900

    /// Towers with weights large enough that every part of a gradient counts.
    private func tower(_ shape: Shape, dtype: ElementType) throws -> (tower: SideNetworkTower, parameters: Parameters) {
        RandomState.seed(5)
        func states(_ modality: (width: Int, layers: Int)?, isMissing: Bool) -> ResidentStates? {
            modality.map {
                // As in a mapped file, the states begin at no round address.
                let count = table * $0.layers * $0.width
                let states = Tensor.randomNormal([count + 4]).to(dtype).narrowed(0, 4..<count + 4)
                return ResidentStates(
                    states.reshaped([table, $0.layers, $0.width]), layers: Array(0..<$0.layers),
                    presence: isMissing ? (0..<table).map { $0 % 3 != 0 } : nil)
            }
        }
        let parameters = Parameters(on: .cpu)
        let tower = try SideNetworkTower(
            parameters,
            [.text: states(shape.text, isMissing: false), .image: states(shape.image, isMissing: shape.missing)],
            shape.options, states: shape.states, width: 32)
        try tower.measureStates(itemCount: table, progress: nil, stop: StopToken())
        withoutGradients {
            for (name, parameter) in parameters.all {
                parameter.copy(from: .randomNormal(parameter.shape) * (name.hasSuffix(".gates") ? 0.1 : 0.15))
            }
        }
        return (tower, parameters)
    }

    private func gradients(_ vectors: Tensor, _ parameters: Parameters) -> OrderedDictionary<String, Tensor> {
        RandomState.seed(6)
        (vectors.to(.float32) * .randomNormal(vectors.shape)).sum().backward()
        return parameters.all.compactMapValues { parameter in
            defer { parameter.clearGradient() }
            return parameter.gradient
        }
    }

    private func difference(_ found: Tensor, _ expected: Tensor) -> Double {
        (found.to(.float32) - expected).absolute().maximum().item() / max(expected.absolute().maximum().item(), 1e-20)
    }

    /// Some items, not in order, as no batch has them, so that rows and items cannot be confused.
    private func items(_ shape: Shape) -> Tensor { Tensor((0..<shape.items).map { Int64(($0 * 37 + 11) % table) }) }

    @Test(arguments: shapes, [(ElementType.float16, 1), (.float32, 2), (.float32, 3), (.float16, 8)])
    func equalsThePlainForm(_ shape: Shape, _ setting: (dtype: ElementType, threads: Int)) throws {
        try withThreads(setting.threads) { try expectThePlainForm(shape, setting.dtype) }
    }

    private func expectThePlainForm(_ shape: Shape, _ dtype: ElementType) throws {
        let (tower, parameters) = try tower(shape, dtype: dtype)
        let vectors = try tower.vectors(of: items(shape), training: true)
        let plain = try tower.stages(of: items(shape), training: true).vectors
        #expect(difference(vectors, plain) < 1e-5)
        let found = gradients(vectors, parameters)
        let expected = gradients(plain, parameters)
        #expect(found.keys == expected.keys && found.count == parameters.all.count)
        for (name, gradient) in expected {
            let found = try #require(found[name])
            #expect(found.shape == gradient.shape)
            #expect(difference(found, gradient) < 1e-4, "\(name)")
        }
    }

    /// Sums are cut by items, not by threads: the same numbers on any number of threads, bit for bit. The gradients of the transformations before
    /// a chain are LibTorch's products, whose sums follow the number of threads on some processors: the same but for rounding.
    @Test(arguments: [70, 600, 900, 9000], [ElementType?.none, .bfloat16].filter { BottleneckChain.hasProducts(in: $0) })
    func threadsDoNotChangeABit(_ items: Int, _ precision: ElementType?) throws {
        let shape = Shape(text: (32, 3), image: (64, 3), items: items, states: items == 600 ? .standardised : .raw)
        func numbers(_ threads: Int) throws -> [String: [Float]] {
            try withThreads(threads) {
                let (tower, parameters) = try tower(shape, dtype: .float16)
                let vectors = try withAutocast(to: precision, on: .cpu) {
                    try tower.vectors(of: self.items(shape), training: true)
                }
                return gradients(vectors, parameters).reduce(into: ["vectors": vectors.floats()]) {
                    $0[$1.key] = $1.value.floats()
                }
            }
        }
        let one = try numbers(1)
        #expect(one.keys.contains { $0.contains("transforms") } && one.count > 40)
        for threads in [2, 3, 8] {
            let found = try numbers(threads)
            for (name, expected) in one {
                let values = try #require(found[name])
                if name.contains("transforms") {
                    let most = zip(values, expected).map { abs($0 - $1) }.max() ?? 0
                    #expect(most <= 2e-6 * (expected.map(abs).max() ?? 0), "\(threads) threads, \(name)")
                } else {
                    #expect(values == expected, "\(threads) threads, \(name)")
                }
            }
        }
    }

    /// Without gradients nothing is kept, and the numbers are the same.
    @Test func equalsItselfWithoutGradients() throws {
        let shape = Shape(items: 300)
        let (tower, _) = try tower(shape, dtype: .bfloat16)
        let recorded = try tower.vectors(of: items(shape), training: true)
        let plain = try withoutGradients { try tower.vectors(of: items(shape), training: false) }
        #expect(recorded.requiresGradient && !plain.requiresGradient)
        #expect(plain.floats() == recorded.floats())
    }

    /// In bfloat16 the chain is as near to float32 as the plain form under autocast is, or nearer.
    @Test(
        .enabled(if: BottleneckChain.hasProducts(in: .bfloat16), "this processor has no products of ours in bfloat16"),
        arguments: [
            Shape(), Shape { $0.activation = .gelu }, Shape(text: (96, 4), image: (64, 2)),
            Shape(text: (32, 2), image: (32, 2), items: 9000), Shape(states: .standardised),
        ])
    func bfloat16IsNoWorseThanAutocast(_ shape: Shape) throws {
        let (tower, parameters) = try tower(shape, dtype: .float16)
        let exact = try tower.stages(of: items(shape)).vectors
        let exactGradients = gradients(exact, parameters)
        func errors(_ vectors: Tensor) -> (vectors: Double, gradients: Double) {
            let found = gradients(vectors, parameters)
            let errors = exactGradients.map { name, expected in
                found[name].map { ($0 - expected).squareSum() / max(expected.squareSum(), 1e-20) } ?? .infinity
            }
            return (difference(vectors, exact), (errors.reduce(0, +) / Double(errors.count)).squareRoot())
        }
        let (chain, plain) = try withAutocast(to: .bfloat16, on: .cpu) {
            (try tower.vectors(of: items(shape), training: true), try tower.stages(of: items(shape)).vectors)
        }
        let (chainErrors, plainErrors) = (errors(chain), errors(plain))
        #expect(chainErrors.vectors < max(2e-2, plainErrors.vectors))
        #expect(chainErrors.gradients < 1.2 * plainErrors.gradients + 1e-3)
    }

    /// A table in several pieces, one of them empty, gives the numbers of the table in one piece; a row behind the last one is an error.
    @Test func shardsAreOneTable() throws {
        RandomState.seed(7)
        let table = Tensor.randomNormal([90, 2, 64]).to(.float16)
        let shards = [0..<1, 1..<50, 50..<50, 50..<90].map { table.narrowed(0, $0).clone() }
        let rows = Tensor([89, 0, 1, 49, 50, 51, 3] as [Int64])
        let parameters = Parameters(on: .cpu)
        let blocks = try (0..<2).map {
            try SideBlock(parameters.scoped("\($0)"), width: 64, bottleneck: 32, activation: .relu)
        }
        let chain = BottleneckChain.joining(blocks, nil, .relu)
        let map = Tensor.randomNormal([32, 64])
        func result(_ shards: [Tensor], _ rows: Tensor) -> Tensor {
            BottleneckChain.sum([.init(chain, .init(shards, rows: rows, layers: [0, 1]), map: map)])
        }
        #expect(result(shards, rows).floats() == result([table], rows).floats())
        for row in [Int64(-1), 90] {
            #expect(throws: (any Error).self) { try withTensorErrors { _ = result(shards, Tensor([row])) } }
        }
    }

    /// What the operation cannot do is left to the plain form.
    @Test func oddWidthsAreLeftToThePlainForm() throws {
        let shape = Shape(text: (40, 3), image: (40, 3))
        let (tower, parameters) = try tower(shape, dtype: .float32)
        let vectors = try tower.vectors(of: items(shape), training: true)
        let plain = try tower.stages(of: items(shape), training: true).vectors
        #expect(difference(vectors, plain) < 1e-5)
        let (found, expected) = (gradients(vectors, parameters), gradients(plain, parameters))
        for (name, gradient) in expected { #expect(difference(try #require(found[name]), gradient) < 1e-4, "\(name)") }
    }

    /// Without items nothing is computed, and every gradient is zero.
    @Test(arguments: [ElementType?.none, .bfloat16]) func noItemsAreNoError(_ precision: ElementType?) throws {
        let (tower, parameters) = try tower(Shape(), dtype: .float16)
        let vectors = try withAutocast(to: precision, on: .cpu) {
            try tower.vectors(of: Tensor([Int64]()), training: true)
        }
        #expect(vectors.shape == [0, 32])
        vectors.sum().backward()
        for (name, parameter) in parameters.all {
            #expect(try #require(parameter.gradient).absolute().maximum().item() == 0, "\(name)")
        }
    }

    /// Rows that the table does not have are an error, not memory of others.
    @Test func foreignRowsAreErrors() throws {
        let (tower, _) = try tower(Shape(), dtype: .float32)
        for item in [Int64(-1), Int64(table)] {
            #expect(throws: (any Error).self) {
                try withTensorErrors { _ = try tower.vectors(of: Tensor([item]), training: true) }
            }
        }
    }
}

extension Tensor {
    fileprivate func squareSum() -> Double { (self * self).sum().item() }
}
