import Database
import Files
import Foundation
import TestSupport
import Testing

/// Disks that are full, read alone or damaged: writes are refused with a reason, reads go on.
@Suite struct DiskTroubleTests {
    private func event(_ number: Int, by user: String = "u") -> Event {
        Event(user: user, item: "item \(number)", kind: "view", time: number)
    }

    private func call(_ program: String, _ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
    }

    /// Whether this process may mount disks, as root may outside of most containers.
    static let mayMount: Bool = {
        let folder = FileManager.default.temporaryDirectory.appending(path: "iisan-mount-\(UUID().uuidString)")
        try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { rmdir(folder.path) }
        func succeeds(_ program: String, _ arguments: [String]) -> Bool {
            let process = try? Process.run(URL(filePath: "/usr/bin/env"), arguments: [program] + arguments)
            process?.waitUntilExit()
            return process?.terminationStatus == 0
        }
        #if os(Linux)
            guard getuid() == 0, succeeds("mount", ["-t", "tmpfs", "tmpfs", folder.path]) else { return false }
            return succeeds("umount", [folder.path])
        #else
            return false
        #endif
    }()

    @Test(.enabled(if: mayMount, "only root may mount a small disk")) func aFullDiskRefusesWritesAndNothingElse() async throws {
        try await withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            try call("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.path])
            defer { try? call("umount", ["--lazy", disk.path]) }
            var options = SQLiteOptions()
            // No guard: the disk itself refuses.
            options.leastFree = 0
            let database = try SQLiteDatabase(disk.appending(path: "served"), options: options)
            let pictures = try PictureFolder(disk.appending(path: "served/pictures"), leastFree: 0)
            var (number, refusals) = (0, 0)
            while refusals < 3 {
                // Beside a small write, which may find room still.
                let one = event(number + 1000)
                async let small = database.add([one])
                do {
                    _ = try await database.add((number..<number + 1000).map { event($0) })
                    number += 1000
                } catch {
                    #expect(isRefusal(.isFull)(error), "\(error)")
                    refusals += 1
                }
                do { _ = try await small } catch { #expect(isRefusal(.isFull)(error), "\(error)") }
                try #require(number < 1_000_000)
            }
            #expect(number > 2000)
            let kept = try await database.events(of: "u", newest: 1_000_000, kinds: nil)
            #expect(kept.prefix(number).map(\.time) == Array(0..<number))
            await #expect(performing: { _ = try await pictures.store(Sample.jpeg(5000, 3000)) }, throws: isRefusal(.isFull))
            let copy = disk.appending(path: "copy.sqlite")
            await #expect(performing: { try await database.backup(to: copy) }, throws: isRefusal(.isFull))
            // With room again all goes on.
            try call("mount", ["-o", "remount,size=32m", disk.path])
            #expect(try await database.add([event(-1)]) == 1)
            try await database.close()
            let again = try SQLiteDatabase(disk.appending(path: "served"), options: options)
            #expect(try await again.events(of: "u", newest: 1_000_000, kinds: nil).count == kept.count + 1)
            try await again.close()
        }
    }

    @Test func writesAreRefusedBeforeTheDiskIsFull() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "served")
            let first = try SQLiteDatabase(url)
            _ = try await first.add([event(1)])
            try await first.close()
            var options = SQLiteOptions()
            options.leastFree = .max / 4
            let database = try SQLiteDatabase(url, options: options)
            await #expect(performing: { _ = try await database.add([event(2)]) }, throws: isRefusal(.isFull))
            await #expect(performing: { _ = try await database.write([.titled("a", "1")]) }, throws: isRefusal(.isFull))
            #expect(try await database.events(of: "u", newest: 9, kinds: nil) == [event(1)])
            // What makes room is let through.
            #expect(try await database.erase(user: "u") == 1)
            let pictures = try PictureFolder(folder.appending(path: "pictures"), leastFree: .max / 4)
            await #expect(performing: { _ = try await pictures.store(Sample.jpeg(4, 3)) }, throws: isRefusal(.isFull))
            try await database.close()
        }
    }

    @Test(.enabled(if: mayMount, "only root may mount a disk to be read alone")) func aDiskThatIsReadAloneIsRefusedAtOnce()
        async throws
    {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "disk/served")
            try await SQLiteDatabase(url).close()
            let pictures = try PictureFolder(folder.appending(path: "disk/pictures"))
            let (disk, path) = (folder.appending(path: "disk").path, url.path)
            try call("mount", ["--bind", disk, disk])
            defer { try? call("umount", ["--lazy", disk]) }
            try call("mount", ["-o", "remount,bind,ro", disk])
            let error = #expect(throws: UserError.self) { try SQLiteDatabase(url) }
            #expect(error?.description.contains("Read-only file system") == true, "\(path): \(error?.description ?? "")")
            await #expect(performing: { _ = try await pictures.store(Sample.jpeg(4, 3)) }, throws: isRefusal(.isReadOnly))
        }
    }

    @Test func aDamagedPageIsAnErrorOfWhoReadsIt() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "served")
            let database = try SQLiteDatabase(url)
            for user in 0..<200 { _ = try await database.add((0..<50).map { event($0, by: "user \(user)") }) }
            _ = try await database.write([.titled("a", "1")])
            try await database.close()
            // The pages of the end are of events and of their index; those of the beginning are of the tables themselves.
            let file = url.appending(path: "database.sqlite")
            var bytes = try Data(contentsOf: file)
            for page in stride(from: bytes.count / 4096 / 2, to: bytes.count / 4096, by: 2) {
                bytes.replaceSubrange(page * 4096..<page * 4096 + 4096, with: Data(repeating: 0xA5, count: 4096))
            }
            try bytes.write(to: file)
            let damaged = try SQLiteDatabase(url)
            var (read, refused) = (0, 0)
            for user in 0..<200 {
                do {
                    let events = try await damaged.events(of: "user \(user)", newest: 100, kinds: nil)
                    read += events.count == 50 ? 1 : 0
                } catch {
                    #expect(isRefusal(.failed)(error) && "\(error)".contains("the database is damaged"), "\(error)")
                    refused += 1
                }
            }
            #expect(read > 0 && refused > 0 && read + refused == 200)
            #expect(try await damaged.item("a")?.item == .titled("a", "1"))
            try await damaged.close()
        }
    }

    @Test func whatIsNoDatabaseIsRefused() async throws {
        try await withTemporaryFolder { folder in
            let url = folder.appending(path: "served")
            try await SQLiteDatabase(url).close()
            for ending in ["", "-wal", "-shm"] { unlink(url.path + "/database.sqlite" + ending) }
            try Data("these are not the bytes of a database, but enough of them to look at".utf8)
                .write(to: url.appending(path: "database.sqlite"))
            let error = #expect(throws: UserError.self) { try SQLiteDatabase(url) }
            #expect(error?.description.contains("the database is damaged") == true)
        }
    }
}
