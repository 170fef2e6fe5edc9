import Encoders
import Testing
import Torch

@Suite struct PoolingTests {
    /// Two items of three tokens of width 2.
    let states = Tensor([1, 2, 3, 4, 5, 9, 10, 20, 30, 40, 50, 60] as [Float], shape: [2, 3, 2])

    @Test func withoutPadding() {
        #expect(Pooling.first(states).floats() == [1, 2, 10, 20])
        #expect(Pooling.mean(states).floats() == [3, 5, 30, 40])
        #expect(Pooling.last(states).floats() == [5, 9, 50, 60])
    }

    @Test func paddingIsLeftOut() {
        let lengths = Tensor([2, 1] as [Int64])
        #expect(Pooling.first(states, lengths: lengths).floats() == [1, 2, 10, 20])
        #expect(Pooling.mean(states, lengths: lengths).floats() == [2, 3, 10, 20])
        #expect(Pooling.last(states, lengths: lengths).floats() == [3, 4, 10, 20])
    }

    @Test func paddingThatIsNotANumberIsLeftOut() {
        let states = Tensor([1, .nan, 2, .infinity] as [Float], shape: [2, 2, 1])
        #expect(Pooling.mean(states, lengths: Tensor([1, 1] as [Int64])).floats() == [1, 2])
    }
}
