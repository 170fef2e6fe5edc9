import Files
import GRDB
import Synchronization

/// Joins the writers that wait into one transaction, so that they share its wait for the disk.
///
/// A writer never waits for others to come: the first begins at once, and those that come meanwhile are the next transaction. Each has
/// a savepoint of its own, so that one that fails takes back its own work alone; a transaction that fails fails all in it.
final class GroupCommit: Sendable {
    /// One writer's work.
    private struct Work: Sendable {
        /// Whether it makes room, and so is let through where the disk is nearly full.
        let makesRoom: Bool
        /// Writes; what it returns tells the writer of its success.
        let write: @Sendable (GRDB.Database) throws -> @Sendable () -> Void
        /// Tells the writer of a failure.
        let fail: @Sendable (any Error) -> Void
    }

    private struct State {
        var waiting: [Work] = []
        /// Whether a transaction is under way or about to begin.
        var isBusy = false
        var isClosed = false
    }

    /// Writers that share a transaction at most.
    private static let most = 256

    private let pool: DatabasePool
    private let check: @Sendable () throws -> Void
    private let state = Mutex(State())

    /// Joins writers.
    ///
    /// - Parameters:
    ///   - pool: where they write.
    ///   - check: throws where the disk is too full to write more.
    init(_ pool: DatabasePool, check: @escaping @Sendable () throws -> Void) { (self.pool, self.check) = (pool, check) }

    /// Writes, and returns once it is kept.
    ///
    /// - Parameter makesRoom: whether what it writes takes no room, or gives some back.
    /// - Throws: what `write` throws, and ``DatabaseError`` where the transaction fails.
    func run<Result: Sendable>(
        makingRoom makesRoom: Bool = false, _ write: @escaping @Sendable (GRDB.Database) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            enqueue(
                Work(makesRoom: makesRoom) { connection in
                    let result = try write(connection)
                    return { continuation.resume(returning: result) }
                } fail: {
                    continuation.resume(throwing: $0)
                })
        }
    }

    /// Lets nobody begin any more, and waits for those who have.
    func close() async {
        state.withLock { $0.isClosed = true }
        while state.withLock({ $0.isBusy }) { _ = try? await pool.writeWithoutTransaction { _ in } }
    }

    private func enqueue(_ work: Work) {
        let (isClosed, isFirst) = state.withLock { state in
            if state.isClosed { return (true, false) }
            state.waiting.append(work)
            defer { state.isBusy = true }
            return (false, !state.isBusy)
        }
        if isClosed { work.fail(DatabaseError(.failed, UserError("the database is closed", at: pool.path))) }
        if isFirst { begin() }
    }

    /// Writes what waits, and again as long as something does; other work on the connection has its turn in between.
    private func begin() {
        pool.asyncWriteWithoutTransaction { [self] connection in
            let group = state.withLock { state in
                defer { state.waiting.removeFirst(min(Self.most, state.waiting.count)) }
                return Array(state.waiting.prefix(Self.most))
            }
            let outcomes = commit(group, on: connection)
            let goesOn = state.withLock { state in
                state.isBusy = !state.waiting.isEmpty
                return state.isBusy
            }
            for tell in outcomes { tell() }
            if goesOn { begin() }
        }
    }

    /// Writes a group.
    ///
    /// - Returns: what tells each writer how it went.
    private func commit(_ group: [Work], on connection: GRDB.Database) -> [@Sendable () -> Void] {
        func told(_ error: any Error) -> any Error {
            error is UserError ? error : DatabaseError(error, on: connection, at: pool.path)
        }
        var refusal: (any Error)?
        do { try check() } catch { refusal = told(error) }
        do {
            try connection.beginTransaction(.immediate)
            var outcomes: [@Sendable () -> Void] = []
            for work in group {
                if let refusal, !work.makesRoom {
                    outcomes.append { work.fail(refusal) }
                    continue
                }
                do {
                    var succeed: (@Sendable () -> Void)?
                    try connection.inSavepoint {
                        succeed = try work.write(connection)
                        return .commit
                    }
                    if let succeed { outcomes.append(succeed) }
                } catch {
                    // Where the disk is full, SQLite may have taken back the whole transaction by itself.
                    guard connection.isInsideTransaction else { throw error }
                    let error = told(error)
                    outcomes.append { work.fail(error) }
                }
            }
            try connection.commit()
            return outcomes
        } catch {
            let error = told(error)
            if connection.isInsideTransaction { try? connection.rollback() }
            return group.map { work in { work.fail(error) } }
        }
    }
}
