import Files
import OrderedCollections
import TestSupport
import Testing
import Torch

@testable import Modeling

/// Item towers over three modalities: the formulas written out in float64, parameters' names, fresh gates, dropout.
@Suite(.oneAtATime) struct ManyModalitiesTests {
    private let caption = Modality(rawValue: "caption")!
    private let items = 40

    struct Form: Sendable {
        var gated = true
        var transformation = SideNetworkOptions.Transformation.wider
        var activation = Activation.relu
        var widths = (text: 64, image: 96, caption: 32)
        var scaling = StateScaling.raw
    }

    private func tower(_ form: Form) throws -> (
        tower: SideNetworkTower, parameters: Parameters, states: PerModality<Tensor>
    ) {
        RandomState.seed(3)
        let states: PerModality<Tensor> = [
            .text: .randomNormal([items, 3, form.widths.text]), .image: .randomNormal([items, 4, form.widths.image]),
            caption: .randomNormal([items, 2, form.widths.caption]),
        ]
        var options = SideNetworkOptions()
        options.bottleneck = 32
        options.gated = form.gated
        options.transformation = form.transformation
        options.activation = form.activation
        let parameters = Parameters(on: .cpu)
        let tower = try SideNetworkTower(
            parameters, states.mapValues { ResidentStates($0, layers: Array(0..<$0.size(1))) as any StateSource }, options,
            states: form.scaling, width: 32)
        try tower.measureStates(itemCount: items, progress: nil, stop: StopToken())
        withoutGradients {
            for (name, parameter) in parameters.all {
                parameter.copy(from: .randomNormal(parameter.shape) * (name.hasSuffix("gates") ? 0.1 : 0.15))
            }
        }
        return (tower, parameters, states)
    }

    /// The item vectors in float64, from the formulas alone: image, text, caption and inter, in this order.
    private func written(_ form: Form, _ own: OrderedDictionary<String, Tensor>, _ states: PerModality<Tensor>) -> Tensor {
        func linear(_ x: Tensor, _ name: String) -> Tensor { x.linear(own["\(name).weight"]!, own["\(name).bias"]!) }
        func block(_ x: Tensor, _ name: String) -> Tensor {
            let inner = linear(x, "\(name).down")
            return x + linear(form.activation == .gelu ? inner.gelu() : inner.relu(), "\(name).up")
        }
        func gate(_ name: String, _ k: Int) -> Tensor { (own[name]!.selected(0, k) / 0.1).sigmoid() }
        let states = states.mapValues { states in
            let states = states.to(.float64)
            guard form.scaling == .standardised else { return states }
            let shifted = states - states.mean(along: 0)
            return shifted / (shifted * shifted).mean(along: 0).squareRoot()
        }
        func head(_ x: Tensor, _ name: String) -> Tensor { linear(linear(x, "\(name).head.0"), "\(name).head.1") }
        let order = [Modality.image, .text, caption]
        var heads = order.map { modality in
            let (states, name) = (states[modality]!, modality.name)
            var h: Tensor?
            for k in 0..<states.size(1) {
                let state = states.selected(1, k)
                let input: Tensor
                if form.gated {
                    let g = gate("\(name).gates", k)
                    input = h.map { g * state + (1 - g) * $0 } ?? g * state
                } else {
                    input = h.map { state + $0 } ?? state
                }
                h = block(input, "\(name).blocks.\(k)")
            }
            return head(h!, name)
        }
        var m: Tensor?
        for k in 0..<2 {
            let layer = order.map { modality in
                let all = states[modality]!
                let state = all.selected(1, all.size(1) - 2 + k)
                let name = "inter.transforms.\(modality.name).\(k)"
                return own["\(name).weight"] == nil ? state : linear(state, name)
            }
            let x: Tensor
            if form.gated {
                let (g, g2) = (gate("inter.gates", k), gate("inter.merges.caption.gates", k))
                x = g2 * (g * layer[0] + (1 - g) * layer[1]) + (1 - g2) * layer[2]
            } else {
                x = layer[0] + layer[1] + layer[2]
            }
            m = block(m.map { $0 + x } ?? x, "inter.blocks.\(k)")
        }
        heads.append(head(m!, "inter"))
        return linear(.concatenated(heads, along: 1), "fusion")
    }

    @Test(arguments: [
        Form(), Form(gated: false), Form(transformation: .both), Form(activation: .gelu),
        Form(widths: (text: 32, image: 32, caption: 32)), Form(widths: (text: 20, image: 36, caption: 12)),
        Form(scaling: .standardised),
    ])
    func valuesAndGradientsAreTheFormulas(_ form: Form) throws {
        let (tower, parameters, states) = try tower(form)
        let own = parameters.all.mapValues { parameter in
            let copy = parameter.detached().to(.float64)
            copy.requiresGradient = true
            return copy
        }
        let expected = written(form, own, states)
        RandomState.seed(8)
        let weights = Tensor.randomNormal(expected.shape)
        (expected * weights.to(.float64)).sum().backward()
        func largest(_ tensor: Tensor) -> Double { tensor.absolute().maximum().item() }
        func difference(_ found: Tensor, _ expected: Tensor, _ scale: Double? = nil) -> Double {
            largest(found.to(.float64) - expected) / (scale ?? largest(expected))
        }
        // A gate's gradient is one number, which may be near 0: its error is told against the largest of all gates.
        let gates = own.filter { $0.key.hasSuffix("gates") }.values.compactMap { $0.gradient.map(largest) }.max()
        // The order of a batch's items is any; here all of them.
        let all = Tensor.range(0..<items)
        for vectors in [try tower.vectors(of: all, training: true), try tower.stages(of: all, training: true).vectors] {
            #expect(difference(vectors, expected) < 1e-5)
            (vectors * weights).sum().backward()
            for (name, parameter) in parameters.all {
                let (found, wanted) = (try #require(parameter.gradient), try #require(own[name]?.gradient))
                #expect(difference(found, wanted, name.hasSuffix("gates") ? gates : nil) < 1e-5, "\(name)")
                parameter.clearGradient()
            }
        }
    }

    @Test func namesAndFreshGates() throws {
        let shapes: PerModality<ModalityShape> = [
            .text: ModalityShape(width: 8, layers: [0, 1]), .image: ModalityShape(width: 12, layers: [0, 1, 2]),
            caption: ModalityShape(width: 16, layers: [0, 1]),
        ]
        let parameters = Parameters(on: .cpu)
        let inter = try InterTower(parameters, shapes, SideNetworkOptions(), output: 4)
        let names = parameters.all.keys.filter { $0.contains("gates") || $0.contains("transforms") }
        #expect(
            Set(names)
                == Set(
                    ["gates", "merges.caption.gates"]
                        + ["image", "caption"].flatMap { name in
                            (0..<2).flatMap { ["transforms.\(name).\($0).weight", "transforms.\(name).\($0).bias"] }
                        }))
        // Half of the first two and two thirds of both: each has a third.
        let gates = inter.gateValues()
        #expect(gates.map(\.tower) == ["inter", "inter, caption"] && gates[0].values == [0.5, 0.5])
        #expect(gates[1].values.allSatisfy { abs($0 - 2 / 3) < 1e-6 })
        #expect(SideNetworkOptions().isVersa(shapes))
        var options = SideNetworkOptions()
        options.form = .iisan
        let error = #expect(throws: UserError.self) { try options.check(shapes) }
        #expect(error?.problem.contains("caption has 16") == true)
    }

    /// Each of three modalities is left out about as often as was asked for, never two, and never the only one that an item has.
    @Test func dropoutTakesOneAtMost() throws {
        RandomState.seed(5)
        let count = 6000
        func ones(_ isPresent: (Int) -> Bool) -> ResidentStates {
            ResidentStates(.ones([count, 1, 4]), layers: [0], presence: (0..<count).map(isPresent))
        }
        // A third of the items has a title alone.
        let sources: PerModality<any StateSource> = [
            .text: ones { _ in true }, .image: ones { $0 % 3 != 0 }, caption: ones { $0 % 3 != 0 },
        ]
        let states = try ItemStates(Parameters(), sources, dropout: 0.2)
        let kept = try states.rows(of: .range(0..<count), training: true).mapValues {
            $0.dense.selected(1, 0).selected(1, 0).floats()  // 1 kept, 0 left out
        }
        let complete = (0..<count).filter { $0 % 3 != 0 }
        for values in kept.values {
            #expect(abs(Double(complete.count { values[$0] == 0 }) / Double(complete.count) - 0.2) < 0.03)
        }
        #expect(complete.allSatisfy { item in kept.values.reduce(0) { $0 + $1[item] } >= 2 })
        #expect((0..<count).allSatisfy { $0 % 3 != 0 || kept[.text]?[$0] == 1 })
        let error = #expect(throws: UserError.self) { try ItemStates(Parameters(), sources, dropout: 0.4) }
        #expect(error?.problem.contains("1/3") == true)
    }

    /// A tower of last states has a head for each modality.
    @Test func lastStatesOfThree() throws {
        RandomState.seed(1)
        var options = RecommenderOptions()
        options.method = .frozen
        options.width = 8
        let table = Tensor.randomNormal([4, 1, 8])
        let source = { ResidentStates(table, layers: [0]) as any StateSource }
        let model = try Recommender.make(
            options, itemCount: 4, states: [.text: source(), .image: source(), caption: source()], positions: 3, on: .cpu)
        #expect(model.parameters.all["item_tower.caption.head.weight"]?.shape == [8, 8])
        #expect(model.parameters.all["item_tower.fusion.weight"]?.shape == [8, 24])
        #expect(try model.itemTower.parts(of: .range(0..<4)).map(\.name) == ["image", "text", "caption"])
    }
}
