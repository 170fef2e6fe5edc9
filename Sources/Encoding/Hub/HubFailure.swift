import Files
import Foundation

/// An error that may pass by itself.
struct HubFailure: Error {
    /// What to tell when it does not.
    var error: UserError
    /// Seconds that the server asks to wait; nil where it asks for none.
    var wait: TimeInterval?
    /// Whether the server does not have the part that was asked for.
    var isOfRange = false

    init(_ error: UserError, wait: TimeInterval? = nil, isOfRange: Bool = false) {
        self.error = error
        self.wait = wait
        self.isOfRange = isOfRange
    }
}

/// How often and how patiently what failed is tried again.
struct HubPatience: Sendable {
    /// How many tries follow the first one.
    var retries = 5
    /// Seconds before the first of them; each one waits twice as long as the one before.
    var delay: TimeInterval = 1
    /// The most seconds to wait, whatever the server asks for.
    var longest: TimeInterval = 60

    /// Tries until `body` returns, throws something that will not pass, or was tried often enough.
    ///
    /// - Throws: what `body` throws; CancellationError when told to stop while waiting.
    func retrying<Result>(_ stop: StopToken, _ body: () throws -> Result) throws -> Result {
        for attempt in 0..<max(0, retries) {
            do {
                return try body()
            } catch let failure as HubFailure {
                let pause = min(longest, max(failure.wait ?? 0, delay * pow(2, Double(attempt))))
                let end = Date().addingTimeInterval(pause)
                while Date() < end {
                    try stop.check()
                    Thread.sleep(forTimeInterval: min(0.05, max(0, end.timeIntervalSinceNow)))
                }
            }
        }
        do { return try body() } catch let failure as HubFailure { throw failure.error }
    }
}
