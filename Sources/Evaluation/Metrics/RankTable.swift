import Files
package import Foundation

/// The rank of every user's target, with what is known of user and target: what comparisons and breakdowns are made of.
///
/// Kept beside a run's result as `ranks.<part>.safetensors`, one tensor [users] per column.
package struct RankTable: Sendable, Equatable {
    /// One user's case.
    package struct Row: Sendable, Equatable {
        /// The dataset's index of the user.
        package var user: Int
        /// The catalogue index of the target.
        package var target: Int
        /// The target's rank.
        package var rank: TargetRank
        /// How many earlier items the user has.
        package var historyLength: Int
        /// How many training interactions the target has.
        package var targetCount: Int

        /// Describes a case.
        package init(user: Int, target: Int, rank: TargetRank, historyLength: Int, targetCount: Int) {
            self.user = user
            self.target = target
            self.rank = rank
            self.historyLength = historyLength
            self.targetCount = targetCount
        }
    }

    /// The cases, by user.
    package var rows: [Row]

    /// Makes a table.
    package init(_ rows: [Row]) { self.rows = rows }

    /// The ranks alone.
    package var ranks: [TargetRank] { rows.map(\.rank) }

    /// Whether another table is about the same users and targets, in the same order, so that both can be compared user by user.
    package func hasCases(of other: RankTable) -> Bool {
        rows.count == other.rows.count && zip(rows, other.rows).allSatisfy { $0.user == $1.user && $0.target == $1.target }
    }
}

extension RankTable {
    private static let columns: [(name: String, value: @Sendable (Row) -> Int)] = [
        ("user", { $0.user }), ("target", { $0.target }), ("rank", { $0.rank.rank }), ("ties", { $0.rank.ties }),
        ("reachable", { $0.rank.isReachable ? 1 : 0 }), ("cold", { $0.rank.isCold ? 1 : 0 }),
        ("history_length", { $0.historyLength }), ("target_count", { $0.targetCount }),
    ]

    /// Writes the table, in place of an older one.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails.
    package func write(to url: URL) throws {
        let declarations = Self.columns.map { SafetensorsWriter.Declaration($0.name, type: "I64", shape: [rows.count]) }
        let writer = try SafetensorsWriter(url, declarations, metadata: ["format": "ranks 1"])
        for column in Self.columns {
            try rows.map { Int64(column.value($0)).littleEndian }.withUnsafeBytes { try writer.append($0) }
        }
        try writer.commit()
    }

    /// Reads a table.
    ///
    /// - Throws: ``UserError`` when the file is missing, damaged, or no table of ranks.
    package init(_ url: URL) throws {
        let file = try SafetensorsFile(url)
        let values = try Self.columns.map { try Self.column($0.name, of: file, url) }
        guard Set(values.map(\.count)).count == 1 else { throw UserError("has columns of different lengths", at: url.path) }
        rows = try values[0].indices.map { row in
            guard values.allSatisfy({ $0[row] >= 0 }), values[2][row] >= 1 else {
                throw UserError("row \(row) has impossible numbers", at: url.path, remedy: "Evaluate the run again.")
            }
            return Row(
                user: values[0][row], target: values[1][row],
                rank: TargetRank(
                    rank: values[2][row], ties: values[3][row], isReachable: values[4][row] == 1, isCold: values[5][row] == 1),
                historyLength: values[6][row], targetCount: values[7][row])
        }
    }

    private static func column(_ name: String, of file: SafetensorsFile, _ url: URL) throws -> [Int] {
        guard let entry = file.entries[name], entry.type == "I64", entry.shape.count == 1 else {
            throw UserError(
                "has no column \"\(name)\" of whole numbers", at: url.path, remedy: "Evaluate the run again: iisan evaluate.")
        }
        return withExtendedLifetime(file) {
            let bytes = file.bytes(of: entry)
            return (0..<entry.shape[0]).map { row in
                Int(Int64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * row, as: Int64.self)))
            }
        }
    }
}
