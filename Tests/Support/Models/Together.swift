import Foundation
import Processes
import Synchronization

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

/// A port of the loopback interface that nobody listened at a moment ago.
package func freePort() -> Int {
    #if canImport(Darwin)
        let stream = SOCK_STREAM
    #else
        let stream = Int32(SOCK_STREAM.rawValue)
    #endif
    let listener = socket(AF_INET, stream, 0)
    defer { close(listener) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    return withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { own in
            _ = bind(listener, own, length)
            _ = getsockname(listener, own, &length)
        }
        return Int(UInt16(bigEndian: pointer.pointee.sin_port))
    }
}
