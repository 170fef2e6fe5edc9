import Foundation
package import Processes
import Synchronization
import TestSupport

/// Runs `body` as every rank of a group, each on a thread of its own in this process.
///
/// - Throws: the first error of the ranks, in their order.
package func together<Result: Sendable>(
    _ size: Int, timeout: Double = 30, _ body: @escaping @Sendable (Ranks) throws -> Result
) throws -> [Result] {
    let port = freePort()
    let results = Mutex<[Int: Swift.Result<Result, any Error>]>([:])
    let group = DispatchGroup()
    for rank in 0..<size {
        group.enter()
        let thread = Thread {
            let result = Swift.Result {
                let place = Rendezvous(rank: rank, size: size, host: "127.0.0.1", port: port, launcher: "a test")
                let ranks = try Ranks(place, timeout: timeout)
                return try ranks.together { try body(ranks) }
            }
            results.withLock { $0[rank] = result }
            group.leave()
        }
        thread.stackSize = 16 << 20
        thread.start()
    }
    group.wait()
    return try (0..<size).map { rank in try results.withLock { $0[rank]! }.get() }
}
