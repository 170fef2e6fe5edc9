import Synchronization

/// Asks work to stop at its next safe point; one side asks, the other looks.
///
/// Work that is told to stop keeps what it has finished, leaves nothing half-written and throws `CancellationError`. Whoever offers
/// no stopping hands over a token of its own that nobody else holds.
public final class StopToken: Sendable {
    private let requested = Atomic(false)

    /// A token by which nobody has asked yet.
    public init() {}

    /// Whether somebody has asked.
    public var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Asks; may be called on any thread and any number of times.
    ///
    /// - Returns: whether somebody had asked before.
    @discardableResult
    public func request() -> Bool { requested.exchange(true, ordering: .relaxed) }

    /// Leaves the work where somebody has asked.
    ///
    /// - Throws: `CancellationError`.
    public func check() throws {
        if isRequested { throw CancellationError() }
    }
}
