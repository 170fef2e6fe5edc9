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
