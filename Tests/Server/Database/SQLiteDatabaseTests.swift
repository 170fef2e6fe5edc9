import Foundation
import GRDB
import TestSupport
import Testing

@testable import Database
@testable import Files

/// What SQLite's form promises of its files.
@Suite struct SQLiteDatabaseTests {
    private func event(_ number: Int, by user: String = "u") -> Event {
        Event(user: user, item: "i\(number)", kind: "view", time: number)
    }

    @Test func whatWasWrittenIsThereAfterReopening() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "deep/served")
            for round in 1...3 {
                let database = try SQLiteDatabase(url)
                #expect(try await database.write([.titled("a", "\(round)")]) == [round])
                #expect(try await database.add([event(round)]) == 1)
                try await database.close()
                await #expect(performing: { _ = try await database.add([event(9)]) }, throws: isRefusal(.failed))
                await #expect(performing: { _ = try await database.revision() }, throws: isRefusal(.failed))
            }
            // Not closed: what a process that was killed leaves.
            var killed: SQLiteDatabase? = try SQLiteDatabase(url)
            _ = try await killed?.add([event(4)])
            killed = nil
            let database = try SQLiteDatabase(url)
            #expect(try await database.events(of: "u", newest: 10, kinds: nil).map(\.time) == [1, 2, 3, 4])
            #expect(try await database.item("a")?.item == .titled("a", "3"))
            try await database.close()
            #expect(try !FileManager.default.contentsOfDirectory(atPath: url.path).contains("served.lock"))
        }
    }

    @Test(arguments: WriteDurability.allCases) func theDiskIsWaitedForAsFarAsAsked(
        _ durability: WriteDurability
    ) async throws {
        try await withTemporaryFolder { folder in
            var options = SQLiteOptions()
            options.durability = durability
            let database = try SQLiteDatabase(folder.appending(path: "served"), options: options)
            let (synchronous, erases) = try await database.pool.writeWithoutTransaction { connection in
                (
                    try Int.fetchOne(connection, sql: "PRAGMA synchronous"),
                    try Int.fetchOne(connection, sql: "PRAGMA secure_delete")
                )
            }
            #expect(synchronous == (durability == .full ? 2 : 1))
            #expect(erases == 1)
            try await database.close()
        }
    }

    #if os(Linux)
        @Test func noReaderNeedsAnotherFileLater() async throws {
            try await withTemporaryFolder { folder in
                let database = try SQLiteDatabase(folder.appending(path: "served"))
                func files() throws -> Int {
                    try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count {
                        let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")
                        return path?.hasPrefix(database.file.path) == true
                    }
                }
                let opened = try files()
                #expect(opened >= 12)
                _ = try await database.add((0..<1000).map { event($0) })
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for _ in 0..<50 { group.addTask { _ = try await database.events(of: "u", newest: 1000, kinds: ["view"]) } }
                    try await group.waitForAll()
                }
                #expect(try files() == opened)
                try await database.close()
            }
        }
    #endif

    @Test func oneProcessAtATimeHasIt() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "served")
            let first = try SQLiteDatabase(url)
            let error = #expect(throws: UserError.self) { try SQLiteDatabase(url) }
            #expect(error?.description.contains("process \(getpid())") == true)
            try await first.close()
            try await SQLiteDatabase(url).close()
        }
    }

    @Test func foreignFoldersAreLeftAlone() async throws {
        try await withTemporaryFolder { folder in
            try Data("mine".utf8).write(to: folder.appending(path: "thesis.txt"))
            let error = #expect(throws: UserError.self) { try SQLiteDatabase(folder) }
            #expect(error?.description.contains("is not a server's folder") == true)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["thesis.txt"])
            // Nor is anything put into a server's folder.
            let database = try SQLiteDatabase(folder.appending(path: "served"))
            #expect(throws: UserError.self) { try SQLiteDatabase(folder.appending(path: "served/inner")) }
            try await database.close()
        }
    }

    @Test func aDatabaseOfANewerVersionIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "served")
            let database = try SQLiteDatabase(url)
            try await database.pool.write { try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('of tomorrow')") }
            try await database.close()
            let error = #expect(throws: UserError.self) { try SQLiteDatabase(url) }
            #expect(error?.problem == "was written by a newer version of this program")
        }
    }

    @Test func aBackupIsOfOneMomentWhileOthersWrite() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(folder.appending(path: "served"))
            let backup = folder.appending(path: "backup.sqlite")
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // Each transaction keeps two counts equal.
                    for number in 0..<300 {
                        _ = try await database.add([event(number, by: "one"), event(number, by: "other")])
                    }
                }
                group.addTask {
                    while try await database.statistics().events < 100 { await Task.yield() }
                    try await database.backup(to: backup)
                }
                try await group.waitForAll()
            }
            await #expect(performing: { try await database.backup(to: backup) }, throws: isRefusal(.failed))
            try await database.close()
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["backup.sqlite", "served"])
            // A backup is a database once it lies in a server's folder.
            try FileManager.default.removeItem(at: database.file)
            try FileManager.default.moveItem(at: backup, to: database.file)
            let restored = try SQLiteDatabase(folder.appending(path: "served"))
            let (one, other) = (
                try await restored.events(of: "one", newest: 1000, kinds: nil),
                try await restored.events(of: "other", newest: 1000, kinds: nil)
            )
            #expect(one.count >= 50 && one.map(\.time) == other.map(\.time))
            #expect(one.map(\.time) == Array(0..<one.count))
            #expect(try await restored.statistics().events == one.count * 2)
            try await restored.close()
        }
    }

    @Test func theLogIsEmptiedAndCounted() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(folder.appending(path: "served"))
            _ = try await database.add((0..<1000).map { event($0) })
            let before = try await database.statistics()
            #expect(before.pendingBytes > 10_000 && before.bytes > before.pendingBytes)
            try await database.checkpoint()
            #expect(try await database.statistics().pendingBytes == 0)
            try await database.close()
        }
    }

    /// All numbers of ten digits in a database's files.
    private func numbers(in database: SQLiteDatabase) throws -> Set<Substring> {
        let (process, output) = (Process(), Pipe())
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["grep", "-ahosE", "[0-9]{10}", "--"] + ["", "-wal", "-shm"].map { database.file.path + $0 }
        process.standardOutput = output
        try process.run()
        let found = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Set(String(decoding: found, as: UTF8.self).split(separator: "\n"))
    }

    /// Many users come and go in no order, so that the trees are split and joined; a name of none who went may be left.
    @Test(arguments: 0..<2) func nothingOfAnErasedUserIsLeftInTheFiles(_ seed: UInt64) async throws {
        try await withTemporaryFolder { folder in
            var random = SeededGenerator(seed: seed)
            let database = try SQLiteDatabase(folder.appending(path: "served"))
            let users = (0..<500).map { _ in "name \(Int.random(in: 1_000_000_000..<10_000_000_000, using: &random))" }
            var erased: Set<String> = []
            for round in 0..<20 {
                _ = try await database.add(
                    (0..<500).map { number in
                        let user = users.filter { !erased.contains($0) }.randomElement(using: &random)!
                        return Event(
                            user: user, item: "i\(Int.random(in: 0..<100, using: &random))", kind: "view",
                            time: Int.random(in: 0..<1_000_000, using: &random),
                            key: number % 3 == 0 ? nil : "\(user)/\(round)/\(number)")
                    })
                guard round > 5 else { continue }
                for user in users.shuffled(using: &random).prefix(7) where erased.insert(user).inserted {
                    _ = try await database.erase(user: user)
                }
            }
            let found = try numbers(in: database)
            #expect(erased.filter { found.contains($0.dropFirst(5)) } == [])
            #expect(erased.count > 70)
            // The search finds those who are there.
            try await database.checkpoint()
            let kept = Set(try await database.events(after: 0, most: 100_000).map { $0.event.user.dropFirst(5) })
            #expect(kept.count > 100)
            #expect(try numbers(in: database).isSuperset(of: kept))
            try await database.close()
        }
    }

    @Test func erasingSaysWhereSomebodyStillReadsWhatWas() async throws {
        try await withTemporaryFolder { folder in
            let database = try SQLiteDatabase(folder.appending(path: "served"))
            _ = try await database.add([event(1), event(2, by: "v")])
            // Somebody reads, and others go on writing.
            let snapshot = try database.pool.makeSnapshot()
            #expect(try await !database.emptyLog(within: 0.1))
            #expect(try await database.add([event(3)]) == 1)
            try snapshot.close()
            #expect(try await database.erase(user: "u") == 2)
            try await database.close()
        }
    }
}
