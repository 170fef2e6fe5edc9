import Files
import TestSupport
import Testing
import Torch

@Suite(.oneAtATime) struct TensorTests {
    @Test func arraysGoInAndComeBack() {
        let tensor = Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3])
        #expect(tensor.shape == [2, 3])
        #expect(tensor.dtype == .float32)
        #expect(tensor.transposed(0, 1).array(of: Float.self) == [1, 4, 2, 5, 3, 6])
        #expect(Tensor([] as [Int64]).array(of: Int64.self) == [])
        #expect(Tensor(true).array(of: Bool.self) == [true])
    }

    @Test func arithmeticBroadcasts() {
        let a = Tensor([1, 2, 3] as [Float], shape: [3, 1])
        let b = Tensor([10, 20] as [Float])
        #expect((a + b).floats() == [11, 21, 12, 22, 13, 23])
        #expect((2 - a).floats() == [1, 0, -1])
        #expect((a.matmul(b.unsqueezed(0)) / 10).floats() == [1, 2, 2, 4, 3, 6])
    }

    @Test func indexing() {
        let table = Tensor((0..<12).map(Float.init), shape: [4, 3])
        #expect(table.selecting(Tensor([3, 0] as [Int64])).floats() == [9, 10, 11, 0, 1, 2])
        #expect(table.narrowed(1, 1..<3).floats() == [1, 2, 4, 5, 7, 8, 10, 11])
        #expect(table.at([Tensor([1, 2] as [Int64]), Tensor([0, 2] as [Int64])]).floats() == [3, 8])
        let (values, indices) = table.selected(0, 1).largest(2)
        #expect(values.floats() == [5, 4])
        #expect(indices.array(of: Int64.self) == [2, 1])
        let changed = table.clone()
        changed.put(Tensor([-1, -2] as [Float]), at: [Tensor([0, 3] as [Int64]), Tensor([0, 0] as [Int64])])
        #expect(changed.selected(1, 0).floats() == [-1, 3, 6, -2])
        #expect(table.floats()[0] == 0)
    }

    @Test func halfTypesRound() {
        let tensor = Tensor([1.0009765625, 65504] as [Float])
        #expect(tensor.to(.float16).to(.float32).floats() == [1.0009765625, 65504])
        #expect(tensor.to(.bfloat16).floats() == [1, 65536])
    }

    @Test func aRefusedOperationIsThrownInsideTheScope() {
        let error = #expect(throws: UserError.self) {
            try withTensorErrors {
                let product = Tensor.ones([2, 3]).matmul(Tensor.ones([2, 3]))
                return (product + 1).sum().count
            }
        }
        #expect(error?.problem.contains("mat1 and mat2") == true)
        #expect(throws: Never.self) { try withTensorErrors { Tensor.ones([2]).sum().item() } }
    }

    @Test func sameSeedSameNumbers() {
        RandomState.seed(7)
        let state = RandomState.current()
        let a = Tensor.randomNormal([5]).floats()
        RandomState.restore(state)
        #expect(Tensor.randomNormal([5]).floats() == a)
        RandomState.seed(8)
        #expect(Tensor.randomNormal([5]).floats() != a)
    }

    @Test func devicesByName() throws {
        #expect(try Device(named: "cpu") == .cpu)
        #expect(throws: UserError.self) { try Device(named: "gpu") }
        #expect(throws: UserError.self) { try Device(named: "cuda:99") }
        #expect(throws: UserError.self) { try Device(named: "") }
    }
}
