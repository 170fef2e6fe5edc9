import Testing
import World

/// Generated worlds are named in reports by their options and seed alone, so these numbers may never change.
struct SeededRandomTests {
    @Test func sequencesAreTheSameInEveryVersion() {
        var picture = SeededRandom(seed: 42, stream: .picture, index: 7)
        let numbers: [UInt64] = (0..<3).map { _ in picture.next() }
        #expect(numbers == [11_754_569_574_094_068_620, 4_298_239_261_723_097_974, 624_743_623_239_875_470])
        var user = SeededRandom(seed: 1, stream: .user)
        #expect(user.next() == 13_078_117_246_828_367_631 as UInt64 && user.next() == 11_937_342_119_517_293_279 as UInt64)
        #expect((0..<4).map { _ in user.index(100) } == [16, 94, 72, 37])
    }
}
