import Foundation
import Testing

@testable import Metrics

/// The expected values are scipy's.
@Suite struct SeedSummaryTests {
    @Test(arguments: [
        (1.0, 12.706204736174694), (2, 4.302652729749462), (2.5, 3.5746548420036817), (3, 3.1824463052837078),
        (9, 2.262157162798205), (30, 2.0422724563012378), (1000, 1.9623390808264083),
    ])
    func reachesAsFarAsStudentsT(degrees: Double, expected: Double) {
        #expect(abs(StudentT.reach(degrees: degrees) / expected - 1) < 1e-10)
    }

    @Test(arguments: [
        (0.5, 1.0, 0.7048327646991335), (2, 2.7, 0.149423438070502), (5, 3, 0.015392438073302294),
        (1.96, 1e6, 0.04999606758526985), (40, 4, 2.3340163226012678e-06), (0, 3, 1), (.infinity, 3, 0),
    ])
    func tailsAreStudents(t: Double, degrees: Double, expected: Double) {
        #expect(abs(StudentT.twoSided(t, degrees: degrees) - expected) <= expected * 1e-8)
        #expect(StudentT.twoSided(-t, degrees: degrees) == StudentT.twoSided(t, degrees: degrees))
    }

    @Test func incompleteBetaOnBothSides() {
        #expect(abs(StudentT.incompleteBeta(0.4, 2, 3) - 0.5248) < 1e-12)
        #expect(abs(StudentT.incompleteBeta(0.9, 0.5, 0.5) - 0.7951672353008665) < 1e-12)
        #expect(abs(StudentT.incompleteBeta(0.99, 50, 0.5) - 0.3173043978741973) < 1e-12)
        #expect(StudentT.incompleteBeta(0, 2, 3) == 0 && StudentT.incompleteBeta(1, 2, 3) == 1)
    }

    @Test func threeSeeds() throws {
        let summary = SeedSummary([0.0872, 0.0881, 0.0869])
        #expect(abs(summary.mean.value - 0.0874) < 1e-12)
        #expect(abs(try #require(summary.deviation) - 0.0006244997998398365) < 1e-12)
        #expect(abs(try #require(summary.standardError) - 0.00036055512754639703) < 1e-12)
        #expect(abs(try #require(summary.mean.low) - 0.08584865649623732) < 1e-12)
        #expect(abs(try #require(summary.mean.high) - 0.08895134350376266) < 1e-12)
        let pValue = summary.pValue(against: SeedSummary([0.0891, 0.0902, 0.0884]))
        #expect(abs(try #require(pValue) - 0.051830178738845156) < 1e-9)
    }

    @Test func oneSeedHasNoInterval() {
        let summary = SeedSummary([0.25])
        #expect(summary.mean == Estimate(0.25) && summary.deviation == nil && summary.standardError == nil)
        #expect(summary.pValue(against: SeedSummary([0.1, 0.2])) == nil)
        #expect(SeedSummary([0.1, 0.2]).pValue(against: summary) == nil)
    }

    @Test func seedsThatAllAgree() {
        let summary = SeedSummary([0.25, 0.25, 0.25])
        #expect(summary.mean == Estimate(0.25, low: 0.25, high: 0.25))
        #expect(summary.pValue(against: summary) == 1)
        #expect(summary.pValue(against: SeedSummary([0.5, 0.5])) == 0)
    }

    @Test func holmsCorrection() {
        // (0.01, 0.02, 0.03, 0.04) x (4, 3, 2, 1), never falling.
        let corrected = HolmCorrection.corrected([0.04, 0.01, 0.03, 0.02])
        #expect(zip(corrected, [0.06, 0.04, 0.06, 0.06]).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(HolmCorrection.corrected([0.6, 0.5]) == [1, 1])
        #expect(HolmCorrection.corrected([0.03]) == [0.03] && HolmCorrection.corrected([]) == [])
    }
}
