import Files
import Foundation
import Synchronization
import Torch

/// Says each second that a process lives, on a connection and a thread of its own: a count in the processes' store grows.
final class Heartbeat: Sendable {
    /// Seconds between two beats.
    static let interval = 1.0
    private let isOver = Mutex(false)

    /// The count of a rank.
    static func key(_ rank: Int) -> String { "alive/\(rank)" }

    /// Begins.
    ///
    /// - Throws: ``UserError`` when the store does not answer.
    init(_ place: Rendezvous, prefix: String, timeout: Double) throws {
        let store = try SharedStore(host: place.host, port: place.port, serves: false, prefix: prefix, timeout: timeout)
        let rank = place.rank
        try store.add(1, to: Self.key(rank))
        Thread.detachNewThread { [weak self] in
            while let beat = self, !beat.isOver.withLock({ $0 }) {
                // A store that is gone is found out by who needs it.
                guard (try? store.add(1, to: Self.key(rank))) != nil else { return }
                Thread.sleep(forTimeInterval: Self.interval)
            }
        }
    }

    deinit { isOver.withLock { $0 = true } }
}
