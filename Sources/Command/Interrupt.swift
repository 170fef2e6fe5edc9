import Files
import Foundation
import Synchronization

/// Ctrl-C and SIGTERM: the first asks the work to stop at its next safe point, the second ends the program at once.
///
/// The state is the process's own, as signals are. What the handler does is safe at any moment: it stores to atomics, writes a constant
/// and calls `_exit`, which unlike `exit` runs nothing of what other threads still use.
enum Interrupt {
    private static let stop = StopToken()
    /// The first signal; 0 before it.
    private static let first = Atomic<Int32>(0)
    private static let notice: StaticString = "\nstopping at the next safe point; again to stop at once\n"

    /// Lets both signals reach this thread, whatever a parent has blocked: a process that is started from a thread without signals has none
    /// either.
    static func isHeard() {
        var both = sigset_t()
        sigemptyset(&both)
        for number in [SIGINT, SIGTERM] { sigaddset(&both, number) }
        pthread_sigmask(SIG_UNBLOCK, &both, nil)
    }

    /// Handles both signals from here on.
    ///
    /// - Returns: the token by which the first of them asks.
    static func watched() -> StopToken {
        // Made before a handler can ask for them.
        _ = (stop.isRequested, first.load(ordering: .relaxed), notice.utf8CodeUnitCount)
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                if Interrupt.first.exchange(number, ordering: .relaxed) != 0 { _exit(128 + number) }
                Interrupt.stop.request()
                // A pipe that nobody empties must not hold up the thread that was interrupted.
                var wanted = pollfd(fd: STDERR_FILENO, events: Int16(POLLOUT), revents: 0)
                let notice = Interrupt.notice
                if poll(&wanted, 1, 0) > 0 { _ = write(STDERR_FILENO, notice.utf8Start, notice.utf8CodeUnitCount) }
            }
        }
        return stop
    }

    /// Asks to stop when standard input ends: when whoever started this process closes it or has ended.
    static func watchInput(_ stop: StopToken) {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            stop.request()
        }
    }

    /// The exit code of work that was told to stop: 130 for Ctrl-C, 143 for SIGTERM.
    static var exitCode: Int32 {
        let number = first.load(ordering: .relaxed)
        return 128 + (number == 0 ? SIGINT : number)
    }
}
