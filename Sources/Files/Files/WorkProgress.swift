import Synchronization

/// How far a long piece of work has come; libraries report it, the command draws it.
public struct WorkProgress: Sendable, Equatable {
    /// What is being done, as in "encoding pictures".
    public var task: String
    /// How many are done.
    public var done: Int
    /// How many there are; nil when that is not known beforehand.
    public var total: Int?
    /// What is counted, in the plural, as in "items".
    public var unit: String

    /// Makes a progress.
    package init(_ task: String, done: Int, total: Int?, unit: String) {
        self.task = task
        self.done = done
        self.total = total
        self.unit = unit
    }

    /// Takes reports of progress.
    public typealias Handler = (WorkProgress) -> Void
}

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
    package func check() throws {
        if isRequested { throw CancellationError() }
    }
}
