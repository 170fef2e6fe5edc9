import Files
import TestSupport
import Testing

@testable import Torch

/// The processor's stand-in for an accelerator: what would fail there fails here.
@Suite(.oneAtATime) struct StandInTests {
    /// The text of what an expression is refused for.
    private func refusal(_ body: () -> Tensor) -> String? {
        do {
            try withTensorErrors { _ = body() }
            return nil
        } catch { return "\(error)" }
    }

    @Test func itHasItsOwnName() throws {
        #expect(try Device(named: "cpu:1") == .standIn)
        #expect(try Device(named: "cpu:0") == .cpu)
        #expect(Device.standIn.description == "cpu:1" && Device.standIn != .cpu)
        #expect(throws: UserError.self) { try Device(named: "cpu:2") }
        #expect(throws: UserError.self) { try Device(named: "cpu:-1") }
    }

    /// A tensor made on another device owns what it refers to: nothing of it goes with the one it was copied from.
    @Test func whatIsMadeThereLives() {
        for count in [1, 100, 100_000] {
            let tensors = (0..<20).map { Tensor([Float](repeating: Float($0), count: count), on: .standIn) }
            for (value, tensor) in tensors.enumerated() {
                #expect(tensor.device == .standIn && tensor.shape == [count])
                #expect(tensor.floats() == [Float](repeating: Float(value), count: count))
            }
        }
        #expect(Tensor(Int64(7), on: .standIn).item() == 7)
    }

    @Test func resultsAreWhereTheirTensorsAre() {
        let a = Tensor([1, 2, 3] as [Float], on: .standIn)
        for result in [a + a, a.to(.float64), a.selected(0, 0), a.sum(), a.detached(), a.clone(), a.unsqueezed(0)] {
            #expect(result.device == .standIn)
        }
        #expect(Tensor.zeros([2], on: .standIn).device == .standIn && Tensor.range(0..<3, on: .standIn).device == .standIn)
        #expect(a.largest(2).values.device == .standIn)
        let back = a.to(.cpu)
        #expect(back.device == .cpu && back.to(.standIn).device == .standIn)
        // A copy, as from another device's memory.
        back.multiply(2)
        #expect(a.floats() == [1, 2, 3] && back.floats() == [2, 4, 6])
    }

    @Test func gradientsAreThere() throws {
        let a = Tensor([1, 2] as [Float], on: .standIn)
        a.requiresGradient = true
        (a * a).sum().backward()
        #expect(try #require(a.gradient).device == .standIn)
        #expect(a.gradient?.floats() == [2, 4])
    }

    /// Tensors of two devices do not meet; scalars of the processor and copies do.
    @Test func devicesAreNotMixed() {
        let here = Tensor([1, 2] as [Float]), there = here.to(.standIn)
        #expect(refusal { here + there }?.contains("cpu:1") == true)
        #expect(refusal { there.selecting(Tensor([0] as [Int64])) } != nil)
        #expect(refusal { there * Tensor(Float(2)) } == nil)
        #expect(refusal { there * 2 } == nil)
        there.copy(from: Tensor([5, 6] as [Float]))
        #expect(there.floats() == [5, 6])
    }

    /// Our own functions are for the processor alone.
    @Test func ownFunctionsAreRefused() {
        let scores = Tensor([1, 2, 3] as [Float], shape: [1, 3], on: .standIn), none = Tensor([] as [Int64], on: .standIn)
        let target = Tensor([0] as [Int64], on: .standIn)
        let refused = refusal {
            Tensor.computed(by: "a sum", { lend in lend(scores) }) { _ in
                Issue.record("the function was called")
                return nil
            }
        }
        #expect(refused?.contains("a sum is for tensors on the processor") == true)
        // What has a plain form takes it.
        #expect(refusal { scores.fastDropout(0.5) } == nil)
        #expect(refusal { scores.countingRanks(of: target, maskedRows: none, maskedItems: none) } == nil)
    }

    @Test func itsMemoryIsNotWrittenFromHere() throws {
        let tensor = Tensor([1, 2] as [Float], on: .standIn)
        #expect(tensor.array(of: Float.self) == [1, 2])
        #expect(MemoryUse.of(.standIn).current > 0)
        RandomState.seed(3)
        let state = RandomState.current(of: .standIn)
        let drawn = Tensor.randomNormal([3], on: .standIn).floats()
        RandomState.restore(state, of: .standIn)
        #expect(Tensor.randomNormal([3], on: .standIn).floats() == drawn)
    }
}
