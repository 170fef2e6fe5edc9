import Testing

@testable import IISAN

struct ServeSettingsTests {
    @Test func theDefaultsMakeSense() { #expect(ServeSettings().problems().all.isEmpty) }

    /// One body alone always has room among all of them.
    @Test func oneBodyHasRoom() throws {
        var settings = ServeSettings()
        #expect(settings.longestBody == 16_000_000 && settings.longestDescription == 2_000_000 + 13_333_332)
        settings.bodies.bytes = settings.longestBody - 1
        let problem = try #require(settings.problems().all.first)
        #expect(problem.place == "bodies" && problem.problem.hasSuffix("one body alone may have 16000000 bytes"))
        settings.bodies.bytes += 1
        #expect(settings.problems().all.isEmpty)
    }
}
