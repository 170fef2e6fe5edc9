import CTorch
import Files

/// Processes that compute together, by LibTorch's collectives over Gloo.
///
/// Every process calls the same collectives in the same order, with tensors of one shape. Tensors of an accelerator go through the
/// processor's memory.
package final class ProcessGroup {
    /// This process's number, 0 ..< ``size``.
    package let rank: Int
    /// How many processes there are.
    package let size: Int
    /// What the collectives have moved.
    package private(set) var traffic = Traffic()
    private let handle: CTorchGroup
    private var isLeft = false

    /// What collectives have moved, and how long they took.
    package struct Traffic: Sendable, Equatable {
        /// Collectives so far.
        package var collectives = 0
        /// Bytes that this process had to send at least: (n - 1) / n of what a gather or a scattered sum ends or starts with, twice that
        /// of a sum.
        package var bytes = 0
        /// Seconds, waiting for others included.
        package var seconds = 0.0

        /// Nothing yet.
        package init() {}
    }

    /// The address or the network interface that a process is reached at.
    package enum Address: Sendable, Equatable {
        /// An address or a name of this machine.
        case host(String)
        /// The name of an interface, as in `eth0`.
        case interface(String)
    }

    /// Joins a group.
    ///
    /// - Parameters:
    ///   - store: the one that all processes use.
    ///   - timeout: the longest that a collective waits for the others, in seconds.
    /// - Throws: ``UserError`` when the others do not come in time.
    package init(_ store: SharedStore, rank: Int, size: Int, at address: Address, timeout: Double) throws {
        let (name, isInterface) =
            switch address {
            case .host(let name): (name, false)
            case .interface(let name): (name, true)
            }
        guard let handle = ctorch.join_group(store.handle, Int32(rank), Int32(size), name, isInterface, timeout) else {
            throw UserError("rank \(rank) of \(size), at \(name), cannot join the others: \(Failure.reason)")
        }
        (self.handle, self.rank, self.size) = (handle, rank, size)
    }

    deinit { leave() }

    /// Ends this process's connections, so that the others do not wait for it; no collective may follow.
    package func leave() {
        guard !isLeft else { return }
        isLeft = true
        ctorch.leave_group(handle)
    }

    /// All processes' tensors added up, in every process.
    ///
    /// - Throws: ``LostProcess`` when another does not come.
    package func sum(_ tensor: Tensor) throws -> Tensor { try reduced(tensor, takesGreatest: false) }

    /// The greatest of each number over all processes, in every process.
    ///
    /// - Throws: ``LostProcess`` when another does not come.
    package func greatest(_ tensor: Tensor) throws -> Tensor { try reduced(tensor, takesGreatest: true) }

    private func reduced(_ tensor: Tensor, takesGreatest: Bool) throws -> Tensor {
        let result = tensor.detached().to(.cpu).clone()
        try call(moving: 2 * result.byteCount * (size - 1) / size) {
            result.withHandle { ctorch.group_reduce(handle, $0, takesGreatest) }
        }
        return result.to(tensor.device)
    }

    /// Everybody's tensor, one after the other by rank: [n, ...] of each to [size · n, ...].
    ///
    /// - Throws: ``LostProcess`` when another does not come.
    package func gathered(_ tensor: Tensor) throws -> Tensor {
        let own = tensor.detached().to(.cpu).contiguous()
        let all = Tensor.empty([size * own.size(0)] + own.shape.dropFirst(), dtype: own.dtype)
        try call(moving: own.byteCount * (size - 1)) {
            own.withHandle { own in all.withHandle { ctorch.group_gather(handle, own, $0) } }
        }
        return all.to(tensor.device)
    }

    /// This process's part of the sum over all: [size · n, ...] of each to [n, ...].
    ///
    /// - Throws: ``LostProcess`` when another does not come.
    package func scatteredSum(_ tensor: Tensor) throws -> Tensor {
        let all = tensor.detached().to(.cpu).contiguous()
        precondition(all.size(0) % size == 0, "\(all.size(0)) rows are shared out among \(size)")
        let own = Tensor.empty([all.size(0) / size] + all.shape.dropFirst(), dtype: all.dtype)
        try call(moving: all.byteCount * (size - 1) / size) {
            all.withHandle { all in own.withHandle { ctorch.group_scatter_sum(handle, all, $0) } }
        }
        return own.to(tensor.device)
    }

    /// One process's tensor into everybody's, in place on the processor.
    ///
    /// - Throws: ``LostProcess`` when it does not come.
    package func broadcast(_ tensor: Tensor, from root: Int = 0) throws {
        precondition(tensor.device == .cpu, "a broadcast of what lies on \(tensor.device)")
        try call(moving: rank == root ? tensor.byteCount * (size - 1) : 0) {
            tensor.withHandle { ctorch.group_broadcast(handle, $0, Int32(root)) }
        }
    }

    private func call(moving bytes: Int, _ collective: () -> Bool) throws {
        guard !isLeft else { throw LostProcess(reason: "this process has left the group") }
        let clock = ContinuousClock()
        var isDone = false
        let duration = clock.measure { isDone = collective() }
        guard isDone else { throw LostProcess(reason: Failure.reason) }
        traffic.collectives += 1
        traffic.bytes += bytes
        traffic.seconds += duration / .seconds(1)
    }
}

/// A collective ended because another process did not take part.
package struct LostProcess: Error, Sendable {
    /// LibTorch's reason, which names no rank.
    package let reason: String

    /// Says what was not done together.
    package init(reason: String) { self.reason = reason }
}
