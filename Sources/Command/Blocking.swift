import Dispatch
import Synchronization

/// Waits on the command's own thread for work that is done by tasks.
enum Blocking {
    /// Runs `body` in a task to its end.
    ///
    /// - Throws: whatever `body` throws.
    static func wait<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) throws -> Result {
        let outcome = Outcome<Result>()
        let done = DispatchSemaphore(value: 0)
        Task {
            do { outcome.set(.success(try await body())) } catch { outcome.set(.failure(error)) }
            done.signal()
        }
        done.wait()
        return try outcome.get()
    }

    private final class Outcome<Result: Sendable>: Sendable {
        private let value = Mutex<Swift.Result<Result, any Error>?>(nil)

        func set(_ result: Swift.Result<Result, any Error>) { value.withLock { $0 = result } }

        func get() throws -> Result { try value.withLock { $0! }.get() }
    }
}
