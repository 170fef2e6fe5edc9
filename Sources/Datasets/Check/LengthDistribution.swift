/// How long the users' histories are.
package struct LengthDistribution: Codable, Sendable, Equatable {
    /// Histories of a range of lengths.
    package struct Bar: Codable, Sendable, Equatable {
        /// The least length.
        package var from: Int
        /// The greatest length.
        package var through: Int
        /// How many histories.
        package var count: Int
    }

    /// The shortest.
    package var minimum: Int
    /// A quarter of the histories are no longer than this.
    package var lowerQuartile: Int
    /// Half of the histories are no longer than this.
    package var median: Int
    /// Three quarters of the histories are no longer than this.
    package var upperQuartile: Int
    /// The longest.
    package var maximum: Int
    /// The mean.
    package var mean: Double
    /// Counts by length: 1, 2, 3-4, 5-8, 9-16, ... as far as there are any.
    package var bars: [Bar]

    /// The distribution of some lengths, at least one; quartiles are nearest-rank.
    init(_ lengths: [Int]) {
        let ordered = lengths.sorted()
        func quartile(_ quarter: Int) -> Int { ordered[max(0, (quarter * ordered.count + 3) / 4 - 1)] }
        minimum = ordered[0]
        lowerQuartile = quartile(1)
        median = quartile(2)
        upperQuartile = quartile(3)
        maximum = ordered[ordered.count - 1]
        mean = Double(ordered.reduce(0, +)) / Double(ordered.count)
        bars = []
        var from = 0
        var through = 0
        var index = 0
        while index < ordered.count {
            let start = index
            while index < ordered.count, ordered[index] <= through { index += 1 }
            if index > start || !bars.isEmpty { bars.append(Bar(from: from, through: through, count: index - start)) }
            from = through + 1
            through = through == 0 ? 1 : through * 2
        }
    }

    /// The numbers, and a line with a bar for each range.
    package var text: String {
        var lines = [
            "history length: min \(minimum), quartiles \(lowerQuartile) \(median) \(upperQuartile), max \(maximum), mean "
                + String(Int((mean * 10).rounded()) / 10) + "." + String(Int((mean * 10).rounded()) % 10)
        ]
        let most = bars.map(\.count).max() ?? 1
        for bar in bars {
            let range = bar.from == bar.through ? "\(bar.from)" : "\(bar.from)-\(bar.through)"
            let padded = String(repeating: " ", count: max(0, 12 - range.count)) + range
            let width = bar.count == 0 ? 0 : max(1, bar.count * 40 / most)
            lines.append("\(padded) \(String(repeating: "#", count: width)) \(bar.count)")
        }
        return lines.joined(separator: "\n")
    }
}
