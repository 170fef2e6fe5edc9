#if PostgreSQL
    import Foundation
    import Testing

    @testable import Database
    @testable import Files

    /// What PostgreSQL's form promises of several servers and of connections that are lost.
    @Suite(.enabled(if: PostgreSQLServer.shared != nil, PostgreSQLServer.missing), .serialized)
    struct PostgreSQLDatabaseTests {
        private let server: PostgreSQLServer

        init() throws { server = try #require(PostgreSQLServer.shared) }

        private func event(_ number: Int, by user: String = "u") -> Event {
            Event(user: user, item: "i\(number)", kind: "view", time: number)
        }

        @Test func serversShareItemsAndTheirRevisions() async throws {
            try await server.withDatabase { address, _ in
                let servers = [try await PostgreSQLDatabase(address), try await PostgreSQLDatabase(address)]
                let revisions = try await withThrowingTaskGroup(of: Int.self) { group in
                    for writer in 0..<200 {
                        group.addTask { try await servers[writer % 2].write([.titled("w\(writer % 150)", "\(writer)")])[0] }
                    }
                    // Whoever follows sees every revision, and none before an earlier one.
                    group.addTask {
                        var seen: [Int] = []
                        while seen.last != 200 {
                            let page = try await servers[0].changes(after: seen.last ?? 0, most: 7).map(\.revision)
                            #expect(page == page.sorted())
                            seen += page
                        }
                        return -1
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
                #expect(revisions.filter { $0 > 0 }.sorted() == Array(1...200))
                #expect(try await servers[1].item("w0") == servers[0].item("w0"))
                #expect(try await servers[1].revision() == 200)
                for server in servers { try await server.close() }
            }
        }

        @Test func whoReadsAllEventsMissesNoneThatIsWrittenMeanwhile() async throws {
            try await server.withDatabase { address, _ in
                let servers = [try await PostgreSQLDatabase(address), try await PostgreSQLDatabase(address)]
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for writer in 0..<8 {
                        group.addTask {
                            for number in 0..<50 {
                                _ = try await servers[writer % 2].add([
                                    event(number, by: "u\(writer)"), event(number, by: "v\(writer)"),
                                ])
                            }
                        }
                    }
                    group.addTask {
                        var (seen, place): ([Event], Int) = ([], 0)
                        while seen.count < 800 {
                            for one in try await servers[0].events(after: place, most: 10) {
                                #expect(one.place > place)
                                place = one.place
                                seen.append(one.event)
                            }
                        }
                        #expect(Set(seen.map { "\($0.user) \($0.time)" }).count == 800)
                    }
                    try await group.waitForAll()
                }
                try await servers[0].checkpoint()
                let statistics = try await servers[1].statistics()
                #expect((statistics.events, statistics.users) == (800, 16))
                for server in servers { try await server.close() }
            }
        }

        @Test func connectionsThatAreLostLoseAndDoubleNothing() async throws {
            try await server.withDatabase { address, name in
                let database = try await PostgreSQLDatabase(address)
                let revisions = try await withThrowingTaskGroup(of: [Int].self) { group in
                    for writer in 0..<6 {
                        group.addTask {
                            var revisions: [Int] = []
                            for number in 0..<60 {
                                revisions += try await database.write([.titled("w\(writer)-\(number)", "x", expected: 0)])
                                #expect(try await database.add([event(number, by: "u\(writer)")]) == 1)
                            }
                            return revisions
                        }
                    }
                    group.addTask {
                        for _ in 0..<25 {
                            try server.run(
                                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
                            try await Task.sleep(for: .milliseconds(30))
                        }
                        return []
                    }
                    return try await group.reduce(into: []) { $0 += $1 }
                }
                // Each was told its own revision, and none was written twice.
                #expect(revisions.sorted() == Array(1...360))
                #expect(try await database.revision() == 360)
                let statistics = try await database.statistics()
                #expect((statistics.items, statistics.events, statistics.users) == (360, 360, 6))
                try await database.close()
            }
        }

        @Test func aCommitThatWasKeptIsNotWrittenAgainWhereItsAnswerIsLost() async throws {
            // A server of its own: its commits are kept, and answered when a copy that is not there has them, too.
            let server = try PostgreSQLServer()
            try await server.withDatabase { address, name in
                let database = try await PostgreSQLDatabase(address)
                try server.run("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
                try server.run("SELECT pg_reload_conf()")
                async let revisions = database.write([.titled("a", "1", expected: 0)])
                try await server.cutConnection(of: name, waitingFor: "SyncRep")
                #expect(try await revisions == [1])
                async let count = database.add([event(1), event(2)])
                try await server.cutConnection(of: name, waitingFor: "SyncRep")
                #expect(try await count == 2)
                try server.run("ALTER SYSTEM RESET synchronous_standby_names")
                try server.run("SELECT pg_reload_conf()")
                #expect(try await database.revision() == 1)
                #expect(try await database.statistics().events == 2)
                try await database.close()
            }
        }

        @Test func aCommitThatWasNotKeptIsWrittenAgain() async throws {
            try await server.withDatabase { address, name in
                let database = try await PostgreSQLDatabase(address)
                let other = try PostgreSQLConnection(address, settings: [:])
                // A commit that takes a second before it is one.
                try other.run(
                    """
                    CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(1); RETURN NULL; END'
                    """)
                try other.run(
                    """
                    CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON iisan.item DEFERRABLE INITIALLY DEFERRED
                    FOR EACH ROW EXECUTE FUNCTION slow()
                    """)
                async let revisions = database.write([.titled("a", "1", expected: 0)])
                try await server.cutConnection(of: name, waitingFor: "PgSleep")
                #expect(try await revisions == [1])
                #expect(try await database.changes(after: 0, most: 9).map(\.item.id) == ["a"])
                try await database.close()
            }
        }

        @Test func aServerThatCannotBeReachedIsSaidWithoutThePassword() async throws {
            for text in [
                "postgres://me:secret-word@127.0.0.1:1/x", "postgres://me:secret-word@127.0.0.1:notaport/x",
                "postgres://me:secret-word@/x?host=%2Fnowhere", "postgres://me:secret-word%@/x", "mysql://me:secret-word@h/x",
            ] {
                let error = await #expect(throws: UserError.self) {
                    _ = try await PostgreSQLDatabase(PostgreSQLAddress(text), patience: .milliseconds(200))
                }
                #expect(error?.description.contains("secret-word") == false, "\(error?.description ?? "")")
                #expect(error?.remedy != nil)
            }
            let error = await #expect(throws: UserError.self) { _ = try await PostgreSQLDatabase(server.address("missing")) }
            #expect(error?.description.contains("does not exist") == true)
        }

        @Test func aDatabaseOfANewerVersionIsRefused() async throws {
            try await server.withDatabase { address, _ in
                try await PostgreSQLDatabase(address).close()
                try PostgreSQLConnection(address, settings: [:]).run("INSERT INTO iisan.migration VALUES ('of tomorrow')")
                let error = await #expect(throws: UserError.self) { _ = try await PostgreSQLDatabase(address) }
                #expect(error?.problem == "was written by a newer version of this program")
            }
        }

        @Test func aDatabaseThatOnlyAnswersSaysSo() async throws {
            try await server.withDatabase { address, name in
                let database = try await PostgreSQLDatabase(address)
                _ = try await database.add([event(1)])
                try server.run("ALTER DATABASE \(name) SET default_transaction_read_only = on")
                try server.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
                await #expect(performing: { _ = try await database.add([event(2)]) }, throws: isRefusal(.isReadOnly))
                #expect(try await database.events(of: "u", newest: 9, kinds: nil) == [event(1)])
                await #expect(
                    performing: { try await database.backup(to: URL(filePath: "/tmp/x")) }, throws: isRefusal(.failed))
                try await database.close()
                await #expect(performing: { _ = try await database.revision() }, throws: isRefusal(.failed))
            }
        }
    }
#endif
