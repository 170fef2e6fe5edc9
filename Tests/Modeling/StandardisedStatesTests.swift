import Files
import Foundation
import HiddenStates
import OrderedCollections
import TestModels
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Standardised states: what is measured, and whole towers over them against float64 arithmetic and the plain form.
@Suite(.oneAtATime) struct StandardisedStatesTests {
    struct Form: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var text: (width: Int, layers: Int)? = (32, 3)
        var image: (width: Int, layers: Int)? = (32, 3)
        var isMissing = false
        var theta = 0.1
        var options = SideNetworkOptions()

        init(_ name: String, _ change: (inout Form) -> Void = { _ in }) {
            testDescription = name
            options.bottleneck = 32
            change(&self)
        }
    }

    static let forms = [
        Form("iisan"), Form("gelu") { $0.options.activation = .gelu }, Form("ungated") { $0.options.gated = false },
        Form("text") { $0.image = nil }, Form("versa, text wider") { ($0.text, $0.image) = ((64, 3), (32, 2)) },
        Form("versa, image wider") { ($0.text, $0.image) = ((32, 2), (96, 3)) }, Form("closed gates") { $0.theta = -0.5 },
        Form("items without a picture") { $0.isMissing = true },
    ]

    private static let itemCount = 13

    private struct Tower {
        let tower: SideNetworkTower
        let parameters: Parameters
        let text: ExactStates?
        let image: ExactStates?
        let form: Form

        init(_ form: Form, _ dtype: ElementType) throws {
            RandomState.seed(31)
            self.form = form
            func states(_ shape: (width: Int, layers: Int)?, isMissing: Bool) -> (ResidentStates, ExactStates)? {
                guard let shape else { return nil }
                let presence = (0..<itemCount).map { !isMissing || $0 % 3 != 1 }
                // As an encoder's: means and deviations that differ widely, a first layer that is the same for all items, and a dimension
                // that varies less than what is divided by at least.
                let deviation = Tensor.randomNormal([1, shape.layers, shape.width]).exponential()
                let mean = Tensor.randomNormal([1, shape.layers, shape.width]) * 2.0
                let table = Tensor.randomNormal([itemCount, shape.layers, shape.width]) * deviation + mean
                table.selected(1, 0).copy(from: mean.selected(1, 0).expanded([itemCount, shape.width]).clone())
                table.selected(1, 1).selected(1, 5).copy(from: Tensor.randomNormal([itemCount]) * 2e-5)
                for (item, isPresent) in presence.enumerated() where !isPresent {
                    table.selected(0, item).copy(from: .zeros([shape.layers, shape.width]))
                }
                let stored = table.to(dtype)
                let numbers: [Double] = stored.to(.float64).array()
                let exact = (0..<itemCount).map { item in
                    (0..<shape.layers).map { layer in
                        Array(
                            numbers[
                                (item * shape.layers + layer) * shape.width..<(item * shape.layers + layer + 1) * shape.width])
                    }
                }
                return (
                    ResidentStates(stored, layers: Array(0..<shape.layers), presence: presence),
                    ExactStates(items: exact, isPresent: presence)
                )
            }
            let text = states(form.text, isMissing: false), image = states(form.image, isMissing: form.isMissing)
            (self.text, self.image) = (text?.1, image?.1)
            parameters = Parameters(on: .cpu)
            tower = try SideNetworkTower(
                parameters, [.text: text?.0, .image: image?.0], form.options, states: .standardised, width: 32)
            for (name, parameter) in parameters.all {
                let drawn = Tensor.randomNormal(parameter.shape)
                withoutGradients { parameter.copy(from: name.hasSuffix(".gates") ? drawn * 0.05 + form.theta : drawn * 0.15) }
            }
            try tower.measureStates(itemCount: itemCount, progress: nil, stop: StopToken())
        }

        /// The parameters in float64.
        var numbers: [String: [Double]] {
            Dictionary(uniqueKeysWithValues: parameters.all.map { ($0.key, $0.value.detached().to(.float64).array()) })
        }

        /// All item vectors by float64 arithmetic.
        func exact(_ numbers: [String: [Double]]) -> [Double] {
            let exact = ExactTower(parameters: numbers, isGELU: form.options.activation == .gelu)
            func replaced(_ states: ExactStates?, _ shape: (width: Int, layers: Int)?, _ name: String) -> [[[Double]]]? {
                guard var states = states?.standardised, let shape else { return nil }
                for item in states.items.indices where !states.isPresent[item] {
                    for layer in 0..<shape.layers {
                        states.items[item][layer] = Array(
                            numbers["\(name).missing"]![layer * shape.width..<(layer + 1) * shape.width])
                    }
                }
                return states.items
            }
            let text = replaced(text, form.text, "text"), image = replaced(image, form.image, "image")
            return (0..<itemCount).flatMap { exact.vector(text: text?[$0], image: image?[$0]) }
        }
    }

    private func norm(_ numbers: some Sequence<Double>) -> Double { numbers.reduce(0) { $0 + $1 * $1 }.squareRoot() }

    /// Item vectors are those of float64 arithmetic, by the operation and in the plain form, and so is the loss's slope along any direction of
    /// the parameters of a kind.
    @Test(arguments: forms, [ElementType.float16, .bfloat16, .float32]) func equalsFloat64(_ form: Form, _ dtype: ElementType)
        throws
    {
        let towers = try Tower(form, dtype)
        let items = Tensor.range(0..<Self.itemCount)
        let numbers = towers.numbers
        let exact = towers.exact(numbers)
        let largest = exact.map(abs).max() ?? 0
        let vectors = try towers.tower.vectors(of: items, training: true)
        for found in [vectors, try towers.tower.stages(of: items).vectors] {
            let found: [Double] = found.detached().to(.float64).array()
            #expect(found.count == exact.count)
            #expect(zip(found, exact).allSatisfy { abs($0 - $1) < 1e-5 * largest })
        }

        let slopes = Tensor.randomNormal(vectors.shape)
        (vectors * slopes).sum().backward()
        let slope: [Double] = slopes.to(.float64).array()
        let gradients = towers.parameters.all.mapValues { parameter -> [Double] in parameter.gradient!.to(.float64).array() }
        var generator = SeededGenerator(seed: 4)
        for kind in ["gates", "down.weight", "down.bias", "up.weight", "up.bias", "transforms", "head", "fusion", "missing"] {
            let names = gradients.keys.filter { $0.contains(kind) }
            guard !names.isEmpty else { continue }
            let random = names.map { name in gradients[name]!.map { _ in Double.random(in: -1...1, using: &generator) } }
            for directions in [random, names.map { gradients[$0]! }] {
                let length = norm(directions.joined())
                func loss(_ step: Double) -> Double {
                    var moved = numbers
                    for (name, direction) in zip(names, directions) {
                        moved[name] = zip(numbers[name]!, direction).map { $0 + step * $1 / length }
                    }
                    return zip(towers.exact(moved), slope).reduce(0) { $0 + $1.0 * $1.1 }
                }
                let expected = (loss(1e-6) - loss(-1e-6)) / 2e-6
                let found = zip(names, directions).reduce(0) { sum, named in
                    sum + zip(gradients[named.0]!, named.1).reduce(0) { $0 + $1.0 * $1.1 / length }
                }
                #expect(abs(found - expected) < 1e-5 * norm(names.flatMap { gradients[$0]! }), "\(kind)")
            }
        }
    }

    /// Means and deviations are those of the items that have the modality; they are no parameters.
    @Test(arguments: [ElementType.float16, .bfloat16, .float32]) func measuresTheCatalogue(_ dtype: ElementType) throws {
        let towers = try Tower(Form("missing") { $0.isMissing = true }, dtype)
        #expect(
            Array(towers.parameters.constants.keys).sorted() == [
                "image.state_deviation", "image.state_mean", "text.state_deviation", "text.state_mean",
            ])
        #expect(!towers.parameters.all.keys.contains { $0.contains("state_") })
        for (name, exact) in [("text", towers.text), ("image", towers.image)] {
            let exact = try #require(exact)
            let mean = try #require(towers.parameters.constants["\(name).state_mean"])
            let deviation = try #require(towers.parameters.constants["\(name).state_deviation"])
            #expect(!mean.requiresGradient && !deviation.requiresGradient && mean.shape == [3, 32])
            for (place, (mean, deviation)) in zip(mean.floats(), deviation.floats()).enumerated() {
                let expected = exact.statistics(place / 32, place % 32)
                #expect(abs(Double(mean) - expected.mean) <= 1e-6 * max(abs(expected.mean), expected.deviation))
                #expect(abs(Double(deviation) - expected.deviation) <= 1e-6 * expected.deviation)
            }
            // What is the same for all items is 0 and not what is left of rounding, times ten thousand.
            #expect(deviation.selected(0, 0).absolute().maximum().item() == 0)
        }
        let states = try ItemStates(
            Parameters(), [.text: ResidentStates(.full([3, 1, 4], 0.1), layers: [0])], scaling: .standardised, dropout: 0)
        try states.measure(itemCount: 3, progress: nil, stop: StopToken())
        let read = try #require(states.rows(of: .range(0..<3), training: false)[.text])
        #expect(read.dense.floats().allSatisfy { $0 == 0 } && read.last.floats().allSatisfy { $0 == 0 })
    }

    /// More items than are looked at at a time, with every part told of and a stop between them.
    @Test func measuringIsToldAndStopped() throws {
        let source = ResidentStates(Tensor.randomNormal([1300, 2, 8]) + 100.0, layers: [0, 1])
        let parameters = Parameters()
        let pair = try ItemStates(parameters, [.text: source], scaling: .standardised, dropout: 0)
        let stop = StopToken()
        #expect(throws: CancellationError.self) {
            try pair.measure(itemCount: 1300, progress: { _ in _ = stop.request() }, stop: stop)
        }
        #expect(parameters.constants["text.state_mean"]!.floats().allSatisfy { $0 == 0 })
        var told: [Int] = []
        try pair.measure(itemCount: 1300, progress: { told.append($0.done) }, stop: StopToken())
        #expect(told == Array(stride(from: StateStatistics.itemsAtATime, to: 1300, by: StateStatistics.itemsAtATime)) + [1300])
        let states = source.states(of: .range(0..<1300), training: false).dense.to(.float64)
        let mean = states.mean(along: 0)
        let deviation = ((states - mean) * (states - mean)).mean(along: 0).squareRoot()
        for (name, exact) in [("text.state_mean", mean), ("text.state_deviation", deviation)] {
            #expect((parameters.constants[name]!.to(.float64) - exact).absolute().maximum().item() < 1e-5)
        }
    }

    /// Rows of a store in several files, read in place, give the numbers of the same states in memory; so does the last state alone.
    @Test(arguments: [StateType.float16, .bfloat16, .float32]) func storesAreReadInPlace(_ type: StateType) throws {
        try withTemporaryFolder { folder in
            let (items, layers, width) = (40, 3, 32)
            RandomState.seed(8)
            let identity = StoreIdentity(
                encoder: .init(family: "bert", name: "test", weightsHash: "0"), preprocessing: [:], modality: .text,
                pooling: .first, layers: [0, 2, 5], width: width, dtype: type)
            let states = (Tensor.randomNormal([items, layers, width]) * 3.0 + 1.0).floats()
            let writer = try HiddenStateStoreWriter(
                folder.appending(path: "store"), identity: identity,
                items: (0..<items).map { StoreItem(id: "\($0)", contentHash: "\($0)") }, shardItems: 7)
            for shard in writer.pendingShards {
                let part = shard.items.lowerBound * layers * width..<shard.items.upperBound * layers * width
                try writer.write(shard, states: Array(states[part]), present: shard.items.map { _ in true })
            }
            let store = try writer.finish()
            let stored = Tensor((0..<items).flatMap { store.row($0) }, shape: [items, layers, width])
            func vectors(_ method: Method, _ source: any StateSource) throws -> [Float] {
                var options = RecommenderOptions()
                (options.method, options.states, options.width) = (method, .standardised, 32)
                options.sideNetworks.bottleneck = 32
                RandomState.seed(9)
                let model = try Recommender.make(
                    options, itemCount: items, states: [.text: source], positions: 5, on: .cpu)
                try model.itemTower.measureStates(itemCount: items, progress: nil, stop: StopToken())
                return try model.itemTower.vectors(of: Tensor([39, 0, 6, 7, 13, 14] as [Int64]), training: false).floats()
            }
            let resident = ResidentStates(stored, layers: [0, 2, 5])
            for method in [Method.iisan, .frozen] {
                #expect(try vectors(method, StoredStates(store, on: .cpu)) == vectors(method, resident))
            }
        }
    }

    /// States of encoders that run in every step have no statistics.
    @Test(arguments: [Method.full, .adapter, .lora, .bitfit, .iisan, .frozen]) func liveStatesAreRefused(_ method: Method)
        throws
    {
        var options = RecommenderOptions()
        (options.method, options.states, options.cached) = (method, .standardised, false)
        let error = #expect(throws: UserError.self) { try options.check() }
        #expect(error?.place == "states" && error?.remedy?.contains("states: raw") == true)
        options.cached = true
        if method.readsStates {
            #expect(throws: Never.self) { try options.check() }
        } else {
            #expect(throws: UserError.self) { try options.check() }
        }
        (options.cached, options.states) = (false, .raw)
        #expect(throws: Never.self) { try options.check() }
    }
}
