import Foundation
import Metrics
import Testing

@testable import Report

@Suite struct TableTests {
    /// A plain reader of RFC 4180.
    private func parse(_ csv: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field = ""
        var quoted = false
        var scalars = Array(csv.unicodeScalars)[...]
        while let scalar = scalars.popFirst() {
            switch scalar {
            case "\"" where quoted && scalars.first == "\"":
                field += "\""
                scalars.removeFirst()
            case "\"": quoted.toggle()
            case "," where !quoted:
                row.append(field)
                field = ""
            case "\r" where !quoted: continue
            case "\n" where !quoted:
                rows.append(row + [field])
                row = []
                field = ""
            default: field.unicodeScalars.append(scalar)
            }
        }
        return rows
    }

    @Test func csvKeepsEveryField() throws {
        var report = RunReport(title: "x")
        let notes = ["plain", "a,b", "say \"hi\"", "two\nlines", "two\r\nlines", "\"", "", "ends with ,"]
        report.methods = notes.map {
            .init(
                name: "m", metrics: [.hitRate(10): Estimate(1.0 / 3, low: 0.3, high: 0.4)],
                cost: SampleReport.cost(1.5, trainable: 7, total: 8, memory: 9), note: $0)
        }
        // What one method was measured by is a column of all.
        report.methods[1].metrics[.ndcg(10)] = Estimate(0.25)
        let rows = parse(report.csvTable)
        #expect(rows.count == notes.count + 1 && rows[2][4...6] == ["0.25", "", ""])
        #expect(rows.allSatisfy { $0.count == 16 })
        #expect(rows.dropFirst().map { $0[15] } == notes)
        #expect(Double(rows[1][1]) == 1.0 / 3 && rows[1][4] == "")
        #expect(rows[1][7...14] == ["7", "8", "1.5", "no", "9", "0", "", "0.0"])
    }

    @Test(arguments: ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "=\"x\",1"])
    func csvRunsNoFormula(text: String) {
        var report = RunReport(title: "x")
        report.methods = [.init(name: text, note: text)]
        let row = parse(report.csvTable)[1]
        #expect(row[0] == "'" + text && row[15] == "'" + text)
    }

    @Test func markdownCellsStayCells() {
        var report = SampleReport.report()
        report.methods[0].name = "a|b\nc <i> `x` *y*"
        let lines = report.markdownTable.split(separator: "\n")
        #expect(lines.count == 2 + report.methods.count + 2)
        #expect(lines.last?.hasPrefix("† Extrapolated") == true)
        for line in lines.dropLast() {
            let bars = line.replacing("\\|", with: "").count { $0 == "|" }
            #expect(bars == 10, "\(line)")
        }
        #expect(lines[2].hasPrefix("| a\\|b c &lt;i&gt; \\`x\\` \\*y\\* | 8.72 (8.51 – 8.94) |"))
    }

    @Test func numbersReadWell() {
        #expect(NumberText.count(985) == "985" && NumberText.count(12_345) == "12.3 K" && NumberText.count(999_999) == "1.00 M")
        #expect(NumberText.bytes(1_620_000_000) == "1.62 GB" && NumberText.bytes(0) == "0 B")
        #expect(NumberText.seconds(0.085) == "85.0 ms" && NumberText.seconds(14.9) == "14.9 s")
        #expect(NumberText.seconds(200) == "3 min 20 s" && NumberText.seconds(7500) == "2 h 05 min")
        #expect(NumberText.seconds(.nan) == "?" && NumberText.seconds(119.9) == "2 min 00 s")
        #expect(NumberText.significant(0.012345) == "0.0123" && NumberText.significant(1234.6) == "1235")
        #expect(NumberText.percent(0.12345) == "12.35" || NumberText.percent(0.12345) == "12.34")
    }
}
