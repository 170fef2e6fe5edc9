import Files
import TestSupport
import Testing

@testable import Torch

/// Inside `withTensorErrors` nothing that follows from a failure stops the program, and the first message is what is thrown.
@Suite(.oneAtATime) struct FailureTests {
    /// A tensor that no machine has the memory for.
    private func huge() -> Tensor { Tensor.empty([1 << 40, 1 << 12]) }

    /// What reading and computing with a tensor that could not be computed may do.
    static let uses: [(String, @Sendable (Tensor) -> Void)] = [
        ("item", { _ = $0.item() }), ("floats", { _ = $0.floats() }), ("array", { _ = $0.array(of: Int64.self) }),
        ("sum", { _ = $0.sum().item() }), ("bytes", { $0.withBytes { _ = $0.count } }),
        ("mutable bytes", { $0.withMutableBytes { _ = $0.count } }),
        ("overwrite", { tensor in [1 as Float].withUnsafeBytes { tensor.overwrite(with: $0) } }),
        ("size", { _ = $0.size(5) }), ("shape", { _ = $0.shape }), ("description", { _ = "\($0)" }),
        ("narrowed", { _ = $0.narrowed(1, from: 3).floats() }),
        ("largest", { _ = $0.largest(3).indices.array(of: Int64.self) }),
        ("backward", { $0.sum().backward() }), ("gradient", { _ = $0.gradient }),
        ("trained", { $0.requiresGradient = true }), ("to", { _ = $0.to(.standIn).to(.cpu).floats() }),
        ("in place", { $0.add($0) }), ("restored", { RandomState.restore($0) }),
        ("several", { _ = Tensor.concatenated([.ones([2]), $0], along: 0).floats() }),
        ("put", { Tensor.ones([2]).put($0, at: [$0]) }),
    ]

    @Test(arguments: uses.indices) func memoryThatRunsOutIsThrown(_ use: Int) {
        let error = #expect(throws: UserError.self) { try withTensorErrors { Self.uses[use].1(huge()) } }
        #expect(error?.problem.contains("LibTorch: ") == true && error?.problem.contains("broadcast") == false)
        #expect(error?.remedy?.contains("memory") == true, "\(String(describing: error))")
    }

    @Test func theFirstMessageIsKept() {
        let error = #expect(throws: UserError.self) {
            try withTensorErrors {
                _ = Tensor.ones([2, 3]).matmul(.ones([2, 3])).item()
                _ = huge().floats()
            }
        }
        #expect(error?.problem.contains("mat1 and mat2") == true && error?.remedy == nil)
    }

    /// What is thrown because of a failure gives way to it.
    @Test func theFailureComesBeforeWhatFollowsFromIt() {
        struct Late: Error {}
        let error = #expect(throws: UserError.self) {
            try withTensorErrors {
                if huge().floats().isEmpty { throw Late() }
            }
        }
        #expect(error?.problem.contains("LibTorch") == true)
        #expect(throws: Late.self) { try withTensorErrors { throw Late() } }
    }

    @Test func checkedThrowsAtOnce() throws {
        var went = false
        #expect(throws: UserError.self) {
            try withTensorErrors {
                let tensor = huge()
                _ = try tensor.checked()
                went = true
            }
        }
        #expect(!went)
        #expect(try withTensorErrors { try Tensor.ones([2]).checked().floats() } == [1, 1])
    }

    @Test func scopesWithinScopesKeepTheirOwn() throws {
        try withTensorErrors {
            #expect(throws: UserError.self) { try withTensorErrors { _ = huge() } }
            #expect(Tensor.ones([2]).floats() == [1, 1])
        }
    }

    /// A number of threads that cannot be is refused with a message, and the number stays.
    @Test(arguments: [0, -1, 1025, Int(Int32.max), Int.max, Int.min]) func threadsThatCannotBe(_ count: Int) {
        let before = LibTorch.threads
        let error = #expect(throws: UserError.self) { try withTensorErrors { LibTorch.threads = count } }
        #expect(error?.problem.contains("threads") == true)
        #expect(LibTorch.threads == before)
    }

    /// Memory that is read alone is not written to by any operation.
    @Test func readOnlyMemoryIsCopiedToBeWritten() throws {
        final class Owner { let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 8, alignment: 8) }
        let owner = Owner()
        owner.bytes.storeBytes(of: 1, as: Float.self)
        owner.bytes.storeBytes(of: 2, toByteOffset: 4, as: Float.self)
        let tensor = Tensor.reading(UnsafeRawPointer(owner.bytes.baseAddress), shape: [2], dtype: .float32, owner: owner)
        #expect(throws: UserError.self) { try withTensorErrors { tensor.multiply(2) } }
        #expect(throws: UserError.self) { try withTensorErrors { tensor.copy(from: .ones([2])) } }
        #expect(tensor.floats() == [1, 2])
        let own = tensor.writable()
        own.multiply(2)
        #expect(own.floats() == [2, 4] && tensor.floats() == [1, 2] && own.writable() === own)
    }
}
