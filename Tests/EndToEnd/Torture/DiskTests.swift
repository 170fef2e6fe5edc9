import Foundation
import TestSupport
import Testing

/// Disks that fill up, and folders with names that few expect.
@Suite(.serialized) struct DiskTests {
    /// A disk in memory with so many megabytes; only root may create one.
    private func withDisk(_ megabytes: Int, _ body: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let disk = folder.appending(path: "disk")
            try FileManager.default.createDirectory(at: disk, withIntermediateDirectories: true)
            try call("mount", ["-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", disk.path])
            defer { try? call("umount", ["--lazy", disk.path]) }
            try body(disk)
        }
    }

    private func resize(_ disk: URL, to megabytes: Int) throws {
        try call("mount", ["-o", "remount,size=\(megabytes)m", disk.path])
    }

    /// How many megabytes of a disk are used, rounded up.
    private func used(_ disk: URL) throws -> Int {
        let values = try FileManager.default.attributesOfFileSystem(forPath: disk.path)
        let size = try #require(values[.systemSize] as? NSNumber).intValue
        let free = try #require(values[.systemFreeSize] as? NSNumber).intValue
        return (size - free + (1 << 20) - 1) >> 20
    }

    private func call(_ program: String, _ arguments: [String]) throws {
        let process = try Process.run(URL(filePath: "/usr/bin/env"), arguments: [program] + arguments)
        process.waitUntilExit()
        try #require(process.terminationStatus == 0, "\(program) \(arguments)")
    }

    @Test(.enabled(if: getuid() == 0 && !Torture.disks.isEmpty, "IISAN_TORTURE_DISKS names no sizes, or this is not root"))
    func aFullDiskEndsInAClearErrorAndLosesNothing() throws {
        try withDisk(Self.roomy) { disk in
            let tried = try TriedShop(disk, items: 4000)
            let raw = try used(disk)
            try tried.finish(TriedShop.run)
            let calm = try tried.contents(TriedShop.run)
            for size in Torture.disks {
                try tried.reset(TriedShop.run)
                // So many megabytes are left beside the raw files.
                try resize(disk, to: raw + size)
                let outcome = try CommandLine.run(TriedShop.run.arguments, in: disk)
                if outcome.code != 0 {
                    #expect(outcome.code == 1 && outcome.errors.contains("Error: "), "\(size) MB: \(outcome.errors)")
                    #expect(!outcome.errors.contains("Fatal error"), "\(size) MB")
                }
                try resize(disk, to: Self.roomy)
                try tried.finish(TriedShop.run)
                try tried.contents(TriedShop.run).expect(calm, "\(size) MB")
            }
        }
    }

    /// Megabytes that hold all.
    private static let roomy = 512

    @Test(arguments: ["new\nline with spaces, \"quotes' and %41 #tag ?query", "-日本語 🛍 é $(true) `true` \\ *"])
    func folderNamesOfAnyKindDo(_ name: String) throws {
        try withTemporaryFolder { folder in
            let plain = try TriedShop(folder.appending(path: "plain"))
            try plain.finish(TriedShop.run)
            let odd = try TriedShop(folder.appending(path: name))
            try odd.finish(TriedShop.run)
            // Settings and notes name the folder; numbers do not.
            try odd.contents(TriedShop.run).expect(plain.contents(TriedShop.run)) {
                $0.hasSuffix(".safetensors") || $0.hasSuffix("result.json")
            }
        }
    }
}
