package import Files
import Foundation

extension Ranks {
    /// Meets the other processes, unless this one is told to stop meanwhile.
    ///
    /// - Parameters:
    ///   - timeout: the longest that any waits for the others, in seconds.
    ///   - stop: looked at while it waits.
    /// - Throws: as ``init(_:timeout:)``; `CancellationError` when told to stop, and the program has to end then: nothing ends what waits.
    package static func meeting(_ place: Rendezvous, timeout: Double, stop: StopToken) throws -> Ranks {
        let met = Met()
        let done = DispatchSemaphore(value: 0)
        Thread.detachNewThread {
            met.result = Result { try Ranks(place, timeout: timeout) }
            done.signal()
        }
        while done.wait(timeout: .now() + 0.05) == .timedOut { try stop.check() }
        return try met.result!.get()
    }

    /// Written before the semaphore is signalled, and read after it.
    private final class Met: @unchecked Sendable { var result: Result<Ranks, any Error>? }
}
