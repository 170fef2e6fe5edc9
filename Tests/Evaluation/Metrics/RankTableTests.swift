import Files
import Foundation
import Metrics
import TestSupport
import Testing

@Suite struct RankTableTests {
    private let table = RankTable([
        .init(user: 3, target: 8, rank: TargetRank(rank: 1), historyLength: 4, targetCount: 9),
        .init(user: 5, target: 2, rank: TargetRank(rank: 70, ties: 2, isCold: true), historyLength: 11, targetCount: 0),
        .init(user: 6, target: 8, rank: TargetRank(rank: 4, isReachable: false), historyLength: 2, targetCount: 9),
    ])

    @Test func isReadAsWritten() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "ranks.test.safetensors")
            try table.write(to: file)
            #expect(try RankTable(file) == table)
            #expect(table.hasCases(of: try RankTable(file)))
            #expect(!table.hasCases(of: RankTable(Array(table.rows.dropLast()))))
            #expect(!table.hasCases(of: RankTable(table.rows.reversed())))
        }
    }

    @Test func damagedFilesAreErrors() throws {
        try withTemporaryFolder { folder in
            let file = folder.appending(path: "ranks.safetensors")
            try table.write(to: file)
            let bytes = [UInt8](try Data(contentsOf: file))
            var generator = SeededGenerator(seed: 7)
            for _ in 0..<400 {
                try Data(damaged(bytes, using: &generator)).write(to: file)
                do { _ = try RankTable(file) } catch is UserError {}
            }
            let column = try SafetensorsWriter(file, [.init("user", type: "I64", shape: [1])])
            try withUnsafeBytes(of: Int64(1)) { try column.append($0) }
            try column.commit()
            #expect(throws: UserError.self) { try RankTable(file) }
        }
    }
}
