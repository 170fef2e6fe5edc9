#if PostgreSQL
    import Files
    import Foundation

    /// Threads with a connection each, on which calls may wait for the server.
    final class PostgreSQLThreads: @unchecked Sendable {
        typealias Work = @Sendable (Session) -> Void

        private let waiting = NSCondition()
        // Guarded by `waiting`.
        private var work: [Work] = []
        private var isClosed = false
        private var running: Int

        /// Starts threads; they connect when they are first needed.
        init(_ count: Int, connect: @escaping @Sendable () throws -> PostgreSQLConnection) {
            running = count
            for _ in 0..<count {
                let thread = Thread { [self] in serve(Session(connect)) }
                thread.name = "PostgreSQL"
                thread.start()
            }
        }

        /// Does something on a thread that is free.
        func run<Result: Sendable>(_ body: @escaping @Sendable (Session) throws -> Result) async throws -> Result {
            try await withCheckedThrowingContinuation { continuation in
                let isRefused = waiting.withLock {
                    if !isClosed { work.append { session in continuation.resume(with: Swift.Result { try body(session) }) } }
                    waiting.signal()
                    return isClosed
                }
                if isRefused { continuation.resume(throwing: DatabaseError(.failed, UserError("the database is closed"))) }
            }
        }

        /// Ends the threads when what waits is done.
        func close() async {
            waiting.withLock {
                isClosed = true
                waiting.broadcast()
            }
            while waiting.withLock({ running > 0 }) { try? await Task.sleep(for: .milliseconds(5)) }
        }

        private func serve(_ session: Session) {
            while true {
                waiting.lock()
                while work.isEmpty && !isClosed { waiting.wait() }
                let next = work.isEmpty ? nil : work.removeFirst()
                if next == nil { running -= 1 }
                waiting.unlock()
                guard let next else { return session.disconnect() }
                next(session)
            }
        }

        /// One thread's connection, made anew where it was lost.
        final class Session {
            private let connect: () throws -> PostgreSQLConnection
            private var connection: PostgreSQLConnection?

            init(_ connect: @escaping () throws -> PostgreSQLConnection) { self.connect = connect }

            /// The connection; made where there is none.
            func connected() throws -> PostgreSQLConnection {
                if let connection { return connection }
                let made = try connect()
                connection = made
                return made
            }

            func disconnect() { connection = nil }
        }
    }
#endif
