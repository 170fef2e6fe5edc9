import Files
import Testing
import World

@Suite struct WorldOptionsTests {
    @Test func theDefaultsAreValid() throws {
        try WorldOptions().validate()
    }

    @Test(arguments: [
        (WorldOptions(items: 99), "items"),
        (WorldOptions(users: 0), "users"),
        (WorldOptions(shortestHistory: 2), "shortest history"),
        (WorldOptions(shortestHistory: 8, longestHistory: 7), "longest history"),
        (WorldOptions(items: 100, longestHistory: 21), "longest history"),
        (WorldOptions(meanHistory: 5.9), "mean history"),
        (WorldOptions(meanHistory: 10.1), "mean history"),
        (WorldOptions(meanHistory: .nan), "mean history"),
        (WorldOptions(historyTail: .power), "history tail"),
        (WorldOptions(popularityExponent: -0.1), "popularity exponent"),
        (WorldOptions(popularityExponent: 1.3), "popularity exponent"),
        (WorldOptions(newItemShare: 0.6), "share of new items"),
        (WorldOptions(newItemShare: -.infinity), "share of new items"),
        (WorldOptions(newItemShare: .nan), "share of new items"),
        (WorldOptions(pictureSize: 8), "picture size"),
    ])
    func aBadOptionIsNamed(options: WorldOptions, name: String) throws {
        let error = #expect(throws: UserError.self) { try World(options) }
        #expect(error?.place == name)
    }
}
