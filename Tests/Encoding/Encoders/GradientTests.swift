import Encoders
import Foundation
import TestModels
import TestSupport
import Testing
import Torch

/// Encoders in training.
@Suite(.oneAtATime) struct GradientTests {
    @Test(arguments: ExpectedStates.cases(in: ExpectedStates.fixtures))
    func everyParameterOfTheEncoderGetsAGradient(directory: URL) throws {
        let expected = try ExpectedStates(directory)
        let encoder = try expected.encoder(directory, trained: true)
        let states = encoder.lastHiddenState(of: expected.input)
        (states * states * states).sum().backward()
        for (name, parameter) in encoder.parameters.all where !name.contains(".experts.") {
            #expect(parameter.gradient != nil, "\(name)")
        }
        // An expert that no token has chosen gets none.
        let experts = encoder.parameters.all.filter { $0.key.contains(".experts.") }
        #expect(experts.isEmpty || experts.values.contains { $0.gradient != nil })
    }

    @Test func frozenParametersRecordNothing() throws {
        let directory = ExpectedStates.fixtures.appending(path: "bert-golden")
        let encoder = try PretrainedEncoder(directory: directory)
        #expect(!encoder.lastHiddenState(of: try ExpectedStates(directory).input).requiresGradient)
    }

    @Test(arguments: ExpectedStates.cases(in: ExpectedStates.fixtures))
    func dropoutChangesStatesAndNoneDoesNot(directory: URL) throws {
        let expected = try ExpectedStates(directory)
        let encoder = try expected.encoder(directory)
        let input = expected.input
        withoutGradients {
            let plain = encoder.lastHiddenState(of: input)
            #expect(encoder.lastHiddenState(of: input).floats() == plain.floats())
            for dropout in [EncoderDropout(hidden: 0.5, attention: 0), EncoderDropout(hidden: 0, attention: 0.5)] {
                #expect(encoder.lastHiddenState(of: input, dropout: dropout).floats() != plain.floats())
            }
        }
    }

    @Test func blocksOneByOneAreTheWholeEncoder() throws {
        let directory = ExpectedStates.fixtures.appending(path: "vit-golden")
        let expected = try ExpectedStates(directory)
        let (family, _) = try EncoderFamilies.read(directory)
        let weights = try Weights(directory: directory)
        var states = expected.input
        try withoutGradients {
            for step in 0...family.depth {
                // A set of parameters per step: the weights of the step before are gone.
                let parameters = try Parameters(.weights(weights), trained: false).scoped(toEncoderOf: family, in: weights)
                let part = step == 0 ? try family.embeddings(parameters) : try family.block(parameters, step - 1)
                states = part(states, dropout: .none)
                #expect(difference(states, expected.hiddenStates[step]) < 1e-5)
            }
        }
    }
}
