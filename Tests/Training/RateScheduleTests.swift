import Testing

@testable import Training

@Suite struct RateScheduleTests {
    @Test func constantIsOne() {
        let schedule = RateSchedule(steps: 5)
        #expect((0..<9).map(schedule.factor) == [Double](repeating: 1, count: 9))
    }

    @Test func warmUpRisesToTheFullRate() {
        let schedule = RateSchedule(.constant, warmupSteps: 4, steps: 10)
        #expect((0..<6).map(schedule.factor) == [0.25, 0.5, 0.75, 1, 1, 1])
    }

    /// The last step of the warm-up and the first after it have the full rate; the last step of all is the only one before zero.
    @Test func theEdgesOfTheCosine() {
        let schedule = RateSchedule(.cosine, warmupSteps: 2, steps: 6)
        let factors = (0...6).map(schedule.factor)
        #expect(factors[0] == 0.5 && factors[1] == 1 && factors[2] == 1)
        #expect(abs(factors[4] - 0.5) < 1e-15)
        #expect(abs(factors[5] - (1 - 0.5.squareRoot()) / 2) < 1e-15)
        #expect(factors[6] == 0)
        #expect(factors[5] > 0 && factors[3] > factors[4])
        #expect(RateSchedule(.cosine, steps: 6).factor(step: 0) == 1)
    }

    /// A warm-up that is never over.
    @Test(arguments: [6, 9]) func warmUpOfTheWholeTraining(_ warmup: Int) {
        let schedule = RateSchedule(.cosine, warmupSteps: warmup, steps: 6)
        #expect((0..<6).map(schedule.factor) == (1...6).map { Double($0) / Double(warmup) })
        #expect((0..<20).allSatisfy { schedule.factor(step: $0).isFinite })
    }
}
