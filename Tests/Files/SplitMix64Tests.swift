import Files
import Testing

/// Training orders and generated worlds depend on these numbers: they may never change.
struct SplitMix64Tests {
    /// As in the reference implementation of Vigna for the seed 1234567.
    @Test func numbersAreThoseOfTheReference() {
        var random = SplitMix64(seed: 1_234_567)
        let numbers = (0..<5).map { _ in random.next() }
        #expect(
            numbers == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }

    @Test(
        arguments: [
            (42, 0, 7_138_415_436_909_018_950), (42, 1, 10_646_091_845_267_208_524), (1, 2, 16_613_338_946_343_043_936),
            (2, 1, 10_428_484_394_136_884_971),
        ] as [(UInt64, Int, UInt64)])
    func aSeedAndANumberHaveASequence(_ seed: UInt64, _ number: Int, _ first: UInt64) {
        var random = SplitMix64(seed: seed, number: number)
        #expect(random.next() == first)
    }

    @Test func theOrderIsThatOfTheSeed() {
        var (random, elements) = (SplitMix64(seed: 42, number: 3), Array(0..<10))
        random.shuffle(&elements)
        #expect(elements == [6, 2, 0, 7, 8, 3, 9, 5, 4, 1])
    }
}
