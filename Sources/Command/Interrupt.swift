import Dispatch
import Foundation
import Synchronization

/// Ctrl-C: the first asks the work to stop at the next safe point, the second ends the program.
final class Interrupt: Sendable {
    private let requested: Requested
    // Sources are safe to share; they only are not marked so.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]

    private final class Requested: Sendable {
        let flag = Atomic(false)
    }

    init() {
        let requested = Requested()
        self.requested = requested
        sources = [SIGINT, SIGTERM].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler {
                if requested.flag.exchange(true, ordering: .relaxed) { exit(128 + number) }
                FileHandle.standardError.write(Data("\nstopping at the next safe point; again to stop at once\n".utf8))
            }
            source.activate()
            return source
        }
    }

    /// Whether it was pressed.
    var isRequested: Bool { requested.flag.load(ordering: .relaxed) }
}
