import Files
import Metrics
import Testing

@Suite struct TPMETests {
    private func cost(_ method: String, _ seconds: Double, _ parameters: Int, _ memory: Int) -> TPME.Cost {
        TPME.Cost(method: method, secondsPerEpoch: seconds, trainableParameters: parameters, peakMemory: memory)
    }

    @Test func isTheWeightedNormalisedCost() throws {
        let values = try TPME.values(of: [cost("full", 400, 200, 40), cost("lora", 300, 100, 40), cost("iisan", 200, 120, 10)])
        #expect(values.map(\.method) == ["full", "lora", "iisan"])
        #expect(abs(values[0].value - 1) < 1e-12)
        #expect(abs(values[1].value - (0.45 * 0.5 + 0 + 0.45)) < 1e-12)
        #expect(abs(values[2].value - (0 + 0.10 * 0.2 + 0)) < 1e-12)
        let other = try TPME.values(
            of: [cost("a", 1, 0, 0), cost("b", 0, 1, 1)], weights: .init(time: 1, parameters: 0, memory: 0))
        #expect(other.map(\.value) == [1, 0])
    }

    @Test func sameCostsCountNothing() throws {
        #expect(try TPME.values(of: []).isEmpty)
        #expect(try TPME.values(of: [cost("one", 3, 4, 5)]).map(\.value) == [0])
        #expect(try TPME.values(of: [cost("a", 3, 4, 5), cost("b", 3, 8, 5)]).map(\.value) == [0, 0.10])
    }

    @Test func whatIsNotMeasuredIsRefused() {
        for bad in [
            cost("a", .nan, 1, 1), cost("a", -1, 1, 1), cost("a", .infinity, 1, 1), cost("a", 1, -1, 1), cost("a", 1, 1, -1),
        ] {
            #expect(throws: UserError.self) { try TPME.values(of: [bad, cost("b", 1, 1, 1)]) }
        }
        for weights in [TPME.Weights(time: 0.5), .init(time: -0.45, parameters: 1, memory: 0.45)] {
            #expect(throws: UserError.self) { try TPME.values(of: [cost("a", 1, 1, 1)], weights: weights) }
        }
    }
}
