import Foundation
import TestSupport
import Testing

@testable import IISAN

struct ControlGroupTests {
    /// Limits read from files given as path and content.
    private func limits(_ membership: String, _ files: [String: String]) throws -> ControlGroup {
        try withTemporaryFolder { root in
            for (path, content) in files {
                let url = root.appending(path: path)
                try FileManager.default.createDirectory(
                    at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
                try content.write(to: url, atomically: true, encoding: .utf8)
            }
            return ControlGroup(membership: membership, root: root)
        }
    }

    @Test func theTightestLimitOnTheWayUpCounts() throws {
        let found = try limits(
            "0::/jobs/7\n",
            [
                "jobs/7/cpu.max": "max 100000\n", "jobs/cpu.max": "250000 100000\n", "cpu.max": "400000 100000\n",
                "jobs/7/memory.max": "3000000000\n", "jobs/7/memory.current": "1000\n",
                "jobs/7/memory.stat": "anon 600\ninactive_file 400\n",
                "jobs/memory.max": "max\n",
            ])
        #expect(found.cores == 2.5)
        #expect(found.memory == 3_000_000_000)
        #expect(found.memoryInUse == 600)
    }

    @Test func aContainerSeesItsGroupAsTheRoot() throws {
        let found = try limits("0::/../../elsewhere\n", ["cpu.max": "50000 100000\n", "memory.max": "1024\n"])
        #expect(found.cores == 0.5)
        #expect(found.memory == 1024)
        #expect(found.memoryInUse == nil)
    }

    @Test func version1HasAFolderPerController() throws {
        let found = try limits(
            "5:cpu,cpuacct:/box\n4:memory:/box\n1:name=systemd:/\n",
            [
                "cpu/box/cpu.cfs_quota_us": "150000\n", "cpu/box/cpu.cfs_period_us": "100000\n",
                "cpu/cpu.cfs_quota_us": "-1\n", "cpu/cpu.cfs_period_us": "100000\n",
                "memory/box/memory.limit_in_bytes": "2147483648\n", "memory/box/memory.usage_in_bytes": "500\n",
                "memory/memory.limit_in_bytes": "9223372036854771712\n",
            ])
        #expect(found.cores == 1.5)
        #expect(found.memory == 2_147_483_648)
        #expect(found.memoryInUse == 500)
    }

    @Test(arguments: ["", "nonsense", "0::", "0::/a\n:::\n", "x:memory"])
    func withoutFilesThereIsNoLimit(_ membership: String) throws {
        let found = try limits(membership, [:])
        #expect(found.cores == nil && found.memory == nil && found.memoryInUse == nil)
    }

    @Test func damagedFilesAreNoLimit() throws {
        let found = try limits("0::/\n", ["cpu.max": "12", "memory.max": "-3", "memory.stat": "inactive_file"])
        #expect(found.cores == nil && found.memory == nil)
    }
}
