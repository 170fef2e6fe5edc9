import Files
import Testing

@Suite struct StopTokenTests {
    @Test func workGoesOnUntilSomebodyAsks() throws {
        let stop = StopToken()
        try stop.check()
        #expect(!stop.isRequested)
        #expect(!stop.request())
        #expect(stop.isRequested)
        #expect(stop.request(), "the second request hears of the first")
        #expect(throws: CancellationError.self) { try stop.check() }
    }
}
