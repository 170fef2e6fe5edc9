import Encoders
import Foundation
import TestModels
import TestSupport
import Testing
import Torch

/// Hidden states against those that `transformers` computes.
@Suite(.oneAtATime) struct ParityTests {
    static let cases = ExpectedStates.cases(in: ExpectedStates.fixtures) + ExpectedStates.cases(in: ExpectedStates.parityFolder)

    @Test func fixturesAreThere() {
        #expect(ExpectedStates.cases(in: ExpectedStates.fixtures).count >= 14)
    }

    @Test(
        .enabled(
            if: ExpectedStates.parityFolder != nil,
            "set IISAN_ENCODER_PARITY to a folder that Tools/Parity/encoders.py has filled"))
    func parityFolderIsFilled() {
        #expect(ExpectedStates.cases(in: ExpectedStates.parityFolder).count >= 10)
    }

    @Test(arguments: cases)
    func everyHiddenStateIsThatOfTransformers(directory: URL) throws {
        let expected = try ExpectedStates(directory)
        let encoder = try expected.encoder(directory)
        try withoutGradients {
            let states = encoder.hiddenStates(of: expected.input)
            try #require(states.count == expected.hiddenStates.count)
            var differences = zip(states, expected.hiddenStates).map(difference)
            differences.append(difference(encoder.lastHiddenState(of: expected.input), expected.last))
            try MeasuredDifference.add(encoder, directory.lastPathComponent, differences.max() ?? .infinity)
            for (layer, difference) in differences.enumerated() {
                #expect(difference < 1e-5, "\(directory.lastPathComponent), layer \(layer)")
            }
        }
    }

    @Test(arguments: cases)
    func partOfTheLayersAreTheSameStates(directory: URL) throws {
        let expected = try ExpectedStates(directory)
        let whole = try expected.encoder(directory)
        let layers = [1, 0]
        let part = try expected.encoder(directory, through: 1)
        #expect(part.blocks.count == 1)
        #expect((part.finalNorm == nil) == (whole.family.depth > 1 || whole.finalNorm == nil))
        withoutGradients {
            let states = part.hiddenStates(of: expected.input, layers: layers)
            let pooled = part.pooledStates(of: expected.input, layers: layers, pooling: .first)
            #expect(pooled.shape == [expected.input.size(0), 2, part.family.width])
            for (position, layer) in layers.enumerated() {
                #expect(difference(states[position], expected.hiddenStates[layer]) < 1e-5)
                #expect(difference(pooled.selected(1, position), states[position].selected(1, 0)) < 1e-5)
            }
        }
    }

    @Test(arguments: cases, Pooling.allCases)
    func pooledStatesAreThoseOfTransformersPooled(directory: URL, pooling: Pooling) throws {
        let expected = try ExpectedStates(directory)
        let encoder = try expected.encoder(directory)
        withoutGradients {
            for last in 0...encoder.family.depth {
                let layers = Array((0...last).reversed())
                let pooled = encoder.pooledStates(of: expected.input, layers: layers, pooling: pooling)
                for (position, layer) in layers.enumerated() {
                    #expect(difference(pooled.selected(1, position), pooling(expected.hiddenStates[layer])) < 1e-5)
                }
            }
        }
    }

    @Test(arguments: cases)
    func bfloat16IsNear(directory: URL) throws {
        let expected = try ExpectedStates(directory)
        let encoder = try expected.encoder(directory, dtype: .bfloat16)
        try withoutGradients {
            let states = encoder.hiddenStates(of: expected.input)
            let differences = zip(states, expected.hiddenStates).map(difference)
            try MeasuredDifference.add(
                encoder, directory.lastPathComponent, precision: .bfloat16, differences.max() ?? .infinity)
            for (layer, difference) in differences.enumerated() {
                #expect(states[layer].dtype == .bfloat16)
                // Small random models magnify roundings; no more is allowed than `transformers` makes of them itself.
                let allowed = max(2e-2, 2 * Double(expected.bfloat16Differences?[layer] ?? 0))
                #expect(difference < allowed, "\(directory.lastPathComponent), layer \(layer)")
            }
        }
    }

    @Test(.enabled(if: sharedData("stories260K") != nil)) func storiesEqualTheirGoldenStates() throws {
        let directory = try #require(sharedData("stories260K"))
        let golden = try Weights(file: directory.appending(path: "golden.safetensors"))
        let encoder = try PretrainedEncoder(directory: directory)
        let expected = try golden.tensor("hidden_states")
        try withoutGradients {
            let tokens = try golden.tensor("input_ids").reshaped([1, -1])
            let states = encoder.hiddenStates(of: tokens)
            let worst = try states.enumerated().map { layer, state in
                // The golden file's last state is before the final norm.
                let wanted = layer == 5 ? try golden.tensor("last_hidden_state") : expected.selected(0, layer)
                return difference(state.squeezed(0), wanted.reshaped([-1, 64]))
            }
            try report(encoder, "stories260K", worst)
            #expect(worst.count == 6 && worst.allSatisfy { $0 < 3e-4 })
        }
    }

    @Test(.enabled(if: sharedData("minilm-l6-v2") != nil)) func miniLMEqualsItsGoldenStates() throws {
        let directory = try #require(sharedData("minilm-l6-v2"))
        let golden = try Weights(file: directory.appending(path: "golden.safetensors"))
        let encoder = try PretrainedEncoder(directory: directory)
        var worst = [Double](repeating: 0, count: encoder.family.depth + 1)
        try withoutGradients {
            for text in 0..<5 {
                let expected = try golden.tensor("s\(text).hidden_states")
                let states = encoder.hiddenStates(of: try golden.tensor("s\(text).input_ids"))
                for (layer, state) in states.enumerated() {
                    worst[layer] = max(worst[layer], difference(state.squeezed(0), expected.selected(0, layer)))
                }
            }
        }
        try report(encoder, "minilm-l6-v2", worst)
        #expect(worst.allSatisfy { $0 < 3e-4 })
    }

    @Test(.enabled(if: sharedData("deit-tiny-patch16-224") != nil)) func deiTEqualsItsGoldenStates() throws {
        let directory = try #require(sharedData("deit-tiny-patch16-224"))
        let golden = try Weights(file: directory.appending(path: "golden.safetensors"))
        let encoder = try PretrainedEncoder(directory: directory)
        var worst = [Double](repeating: 0, count: encoder.family.depth + 2)
        try withoutGradients {
            for picture in ["bear", "corgi", "dogs", "ilsvrc_val_00000001", "palace"] {
                let pixels = try golden.tensor("\(picture).pixel_values")
                let expected = try golden.tensor("\(picture).hidden_states")
                for (layer, state) in encoder.hiddenStates(of: pixels).enumerated() {
                    worst[layer] = max(worst[layer], difference(state.squeezed(0), expected.selected(0, layer)))
                }
                let last = try golden.tensor("\(picture).last_hidden_state")
                worst[13] = max(worst[13], difference(encoder.lastHiddenState(of: pixels), last))
            }
        }
        try report(encoder, "deit-tiny-patch16-224", worst)
        #expect(worst.allSatisfy { $0 < 3e-4 })
    }

    private func report(_ encoder: PretrainedEncoder, _ name: String, _ worst: [Double]) throws {
        try MeasuredDifference.add(encoder, name, isReal: true, worst.max() ?? .infinity)
        let layers = worst.map { String(format: "%.1e", $0) }.joined(separator: " ")
        print("\(name): largest difference of each layer, relative to its largest value: \(layers)")
    }
}
