#if PostgreSQL
    import Foundation
    import TestSupport
    import Testing

    @testable import Database

    /// A PostgreSQL server for the tests of one process, in a temporary folder and reached by a socket there.
    ///
    /// It ends with the process, however that ends: a shell waits at the other end of a pipe.
    final class PostgreSQLServer: Sendable {
        /// The server; nil where PostgreSQL is not installed, or does not start.
        static let shared = try? PostgreSQLServer()
        static let missing: Comment = "no PostgreSQL server is installed in /usr/lib/postgresql, or it does not start here"

        private let socket: String
        private let pipe = Pipe()
        private let shell = Process()

        /// Starts a server.
        init() throws {
            let versions = try FileManager.default.contentsOfDirectory(atPath: "/usr/lib/postgresql").compactMap { Int($0) }
            let programs = "/usr/lib/postgresql/\(try #require(versions.max()))/bin"
            // PostgreSQL does not run as root.
            let isRoot = getuid() == 0
            let script = """
                umask 077; folder=$(mktemp -d /tmp/iisan-pg.XXXXXX) && cd "$folder" || exit 1
                \(programs)/initdb -D data -A trust -U test -E UTF8 --no-sync >log 2>&1 || exit 1
                \(programs)/postgres -D data -k "$folder" -c listen_addresses= -c max_connections=100 >>log 2>&1 &
                server=$!
                until \(programs)/pg_isready -q -h "$folder"; do kill -0 $server || exit 1; sleep 0.05; done
                echo "$folder"
                exec >/dev/null
                cat >/dev/null
                kill -QUIT $server; wait $server; rm -rf "$folder"
                """
            let output = Pipe()
            shell.executableURL = URL(filePath: "/usr/bin/env")
            shell.arguments =
                (isRoot ? ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] : []) + ["sh", "-c", script]
            shell.currentDirectoryURL = URL(filePath: "/tmp")
            (shell.standardInput, shell.standardOutput, shell.standardError) = (pipe, output, FileHandle.nullDevice)
            try shell.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            socket = try #require(text.split(separator: "\n").first.map(String.init))
        }

        func address(_ database: String) throws -> PostgreSQLAddress {
            try PostgreSQLAddress("postgres://test:secret-word@/\(database)?host=\(socket.replacing("/", with: "%2F"))")
        }

        /// Runs a statement as the server's administrator.
        @discardableResult
        func run(_ sql: String) throws -> PostgreSQLRows {
            try PostgreSQLConnection(address("postgres"), settings: [:]).run(sql)
        }

        /// Ends the connection that waits for something in a database, as soon as there is one.
        func cutConnection(of database: String, waitingFor event: String) async throws {
            for _ in 0..<1000 {
                let cut = try run(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = '\(database)' AND wait_event = '\(event)' AND query = 'COMMIT'
                    """)
                if cut.count > 0 { return }
                try await Task.sleep(for: .milliseconds(10))
            }
            Issue.record("nothing waits for \(event)")
        }

        /// A new database, that goes when `body` returns.
        func withDatabase(_ body: (PostgreSQLAddress, _ name: String) async throws -> Void) async throws {
            let name = "test\(UInt32.random(in: 0 ... .max))"
            try run("CREATE DATABASE \(name)")
            defer { _ = try? run("DROP DATABASE \(name) WITH (FORCE)") }
            try await body(address(name), name)
        }
    }
#endif
