import Foundation
import TestSupport
import Testing

@testable import Files

@Suite struct EventFileTests {
    private func bytes(of url: URL) throws -> [UInt8] { [UInt8](try Data(contentsOf: url)) }

    /// The steps of a file's records, the version's included, and how many bytes are behind them.
    private func steps(of url: URL) throws -> (steps: [Int], rest: Int) {
        var rest = try bytes(of: url)[...]
        var steps: [Int] = []
        while let record = EventRecord.read(rest) {
            steps.append(record.step)
            rest = rest.dropFirst(record.length)
        }
        return (steps, rest.count)
    }

    @Test func checksumsOfRFC3720() {
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
        #expect(CRC32C.checksum(0..<32) == 0x46DD_794E)
        #expect(CRC32C.checksum((0..<32).reversed()) == 0x113F_DB5C)
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([]) == 0)
    }

    @Test func recordsAreTensorBoards() {
        // Written by TensorBoard's own RecordWriter (wall time 1.5).
        let version: [UInt8] = [
            24, 0, 0, 0, 0, 0, 0, 0, 163, 127, 75, 34, 9, 0, 0, 0, 0, 0, 0, 248, 63, 26, 13, 98, 114, 97, 105, 110, 46, 69, 118,
            101, 110, 116, 58, 50, 42, 40, 100, 108,
        ]
        #expect(EventRecord.version(wallTime: 1.5) == version)
        let scalars: [UInt8] = [
            39, 0, 0, 0, 0, 0, 0, 0, 187, 225, 177, 70, 9, 0, 0, 0, 0, 0, 0, 248, 63, 16, 172, 2, 42, 25, 10, 11, 10, 4, 108,
            111, 115, 115, 21, 0, 0, 0, 63, 10, 10, 10, 3, 97, 47, 98, 21, 0, 0, 0, 192, 223, 164, 184, 108,
        ]
        #expect(EventRecord.scalars([("loss", 0.5), ("a/b", -2)], step: 300, wallTime: 1.5) == scalars)
    }

    @Test func aRunGoesOnWhereItsCheckpointWas() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "events.tfevents")
            func write(_ range: ClosedRange<Int>, keeping step: Int) throws {
                let events = try EventFile(url, keepingStepsBelow: step)
                for step in range { try events.write(step: step, values: [("loss", Float(step))]) }
            }
            try write(1...5, keeping: 1)
            #expect(try steps(of: url) == ([0, 1, 2, 3, 4, 5], 0))
            try write(4...6, keeping: 4)
            #expect(try steps(of: url) == ([0, 1, 2, 3, 4, 5, 6], 0))
            try write(1...2, keeping: 0)
            #expect(try steps(of: url) == ([0, 1, 2], 0))
        }
    }

    @Test func aHalfWrittenRecordIsCutOff() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "events.tfevents")
            let whole = try EventFile(url, keepingStepsBelow: 1)
            for step in 1...3 { try whole.write(step: step, values: [("loss", 1)]) }
            let bytes = try bytes(of: url)
            let record = EventRecord.scalars([("loss", 1)], step: 3, wallTime: 0).count
            for lost in 1..<record {
                try Data(bytes.dropLast(lost)).write(to: url)
                let events = try EventFile(url, keepingStepsBelow: 100)
                try events.write(step: 9, values: [("loss", 1)])
                #expect(try steps(of: url) == ([0, 1, 2, 9], 0))
            }
        }
    }

    @Test func damagedFilesAreReadUpToTheDamage() throws {
        var random = SeededGenerator(seed: 5)
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "events.tfevents")
            let events = try EventFile(url, keepingStepsBelow: 1)
            for step in 1...4 { try events.write(step: step, values: [("loss", 1), ("b", .nan)]) }
            let good = try bytes(of: url)
            for _ in 0..<300 {
                try Data(damaged(good, using: &random)).write(to: url)
                try EventFile(url, keepingStepsBelow: 3).write(step: 3, values: [("loss", 2)])
                let (steps, rest) = try steps(of: url)
                #expect(rest == 0 && steps.first == 0 && steps.last == 3 && steps.count <= 4)
            }
        }
    }

    @Test func aMissingFolderIsSaid() {
        #expect(throws: UserError.self) { try EventFile(URL(filePath: "/nowhere/at/all/x.tfevents"), keepingStepsBelow: 0) }
    }
}
