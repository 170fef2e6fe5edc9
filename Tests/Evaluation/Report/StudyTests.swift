import Foundation
import Metrics
import TestSupport
import Testing

@testable import Report

@Suite struct StudyTests {
    /// Fields of simple CSV, without quotes.
    private func fields(_ csv: String) -> [[String]] {
        csv.split(separator: "\r\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
    }

    private func study(_ variants: [StudyReport.Variant], _ layout: StudyReport.Layout = .comparison) -> StudyReport {
        var report = StudyReport(title: "x", layout: layout)
        report.variants = variants
        return report
    }

    @Test func comparePagesSayEverything() throws {
        let report = try SampleStudy.compare()
        let html = report.html
        for part in [
            "best NDCG@10: ", "lowest TPME: frozen", "not measured", "cost only", "26 min 52 s†", "1.000†", "of 195 M",
            "in 3 min 34 s",
            "seeds ", "users ", "within noise", "Comparisons", "corrected for 8 comparisons", "Quality against cost", "hollow",
            "HR@10, %, by history length", "NDCG@10, %, by target popularity", "Learning curves", "Share of the score",
            "Means over seeds",
            "Settings that differ", "train.method = lora", "Environment", "the best that can be reached",
            "early stop with patience 3",
        ] { #expect(html.contains(part), "\(part) is missing") }
        #expect(html.components(separatedBy: "class=\"badge worse").count == 1)
        for comparison in report.comparisons {
            #expect(html.contains(Markup.escaped(comparison.sentence.replacing("p = ", with: "p\u{A0}=\u{A0}"))))
        }
        let outside = html.replacing("http://www.w3.org/2000/svg", with: "")
        for word in ["http:", "https:", "url(", "<script", "<link", "src="] { #expect(!outside.contains(word)) }
    }

    @Test func eachKindHasItsOwnParts() throws {
        let ablate = try SampleStudy.ablate().html
        #expect(
            ablate.contains("<tr class=\"group\">") && ablate.contains("<bdi>kept layers</bdi>")
                && ablate.contains("Difference"))
        let scale = try SampleStudy.scale().html
        #expect(scale.contains("by size of the text encoder") && scale.contains("by size of the image encoder"))
        #expect(scale.contains("HR@10, %, by encoders: random weights, 4 layers deit-tiny"))
        let robustness = try SampleStudy.robustness().html
        #expect(
            robustness.contains("% of that of the items as they are") && robustness.contains("titles-shuffled from 100 to "))
        let tune = try SampleStudy.tune().html
        #expect(tune.contains("best so far") && tune.contains("<th>bottleneck</th>") && !tune.contains("Settings that differ"))
    }

    @Test func trialsStandByValidation() throws {
        let rows = try SampleStudy.tune().trialTable.rows
        #expect(rows[0].cells[0].text == "trial-8" && rows[0].style == .subject && rows[0].cells[3].isBest)
        let validation = rows.compactMap { Double($0.cells[3].text) }
        #expect(validation.count == 12 && validation == validation.sorted(by: >))
        // A failed trial has no validation and comes last.
        var report = try SampleStudy.tune()
        report.variants[3].runs = []
        #expect(report.trialTable.rows.last?.cells[0].text == "trial-4")
        #expect(report.html.contains("best so far"))
    }

    @Test func valuesOfOneVariant() throws {
        var variant = StudyReport.Variant(
            name: "a",
            runs: [
                .init(
                    seed: 42, test: [.hitRate(10): Estimate(0.1), .ndcg(10): Estimate(0.05)],
                    validation: [.hitRate(10): Estimate(0.2)]),
                .init(
                    seed: 43, test: [.hitRate(10): Estimate(0.3), .ndcg(10): Estimate(0.07)],
                    cost: SampleReport.cost(2, trainable: 3, total: 4, memory: 5)),
            ], note: "n")
        #expect(variant.shown(.hitRate(10))?.value == variant.summary(.hitRate(10))?.mean.value)
        #expect(variant.validationSummary(.hitRate(10))?.values == [0.2] && variant.validationSummary(.ndcg(10)) == nil)
        variant.metrics[.hitRate(10)] = Estimate(0.2, low: 0.15, high: 0.25)
        let report = study([variant])
        let row = report.table.rows[0].cells
        #expect(row[1].text == "20.00" && row[1].details == ["seeds -107.06 – 147.06", "users 15.00 – 25.00"])
        #expect(row.last?.text == "n" && report.markdownTable.contains("| 2 seeds | n |"))
        let runs = fields(report.runsTable)
        #expect(runs[1] == ["a", "42", "0.1", "0.05", "0.2", ""] + [String](repeating: "", count: 7))
        #expect(runs[2] == ["a", "43", "0.3", "0.07", "", "", "3", "4", "2.0", "no", "5", "0", ""])
        let table = fields(report.csvTable)
        #expect(table.count == 2 && table[0].count == table[1].count)
        #expect(table[1][0...3] == ["a", "", "2", "0.2"] && Double(table[1][7]) == 0.15)
    }

    @Test func emptyPartsAreLeftOut() {
        for layout in [StudyReport.Layout.comparison, .sizes, .changes, .search] {
            let html = study([], layout).html
            #expect(
                !html.contains("<section>") && !html.contains("<table") && !html.contains("<svg") && !html.contains("tile\""))
        }
        #expect(study([]).curvesSVG == nil && study([]).runsTable.hasPrefix("variant,seed,"))
        // A variant that failed: its name, and why.
        for layout in [StudyReport.Layout.comparison, .sizes, .changes, .search] {
            let html = study([.init(name: "lora", note: "out of memory")], layout).html
            #expect(html.contains("lora") && html.contains("out of memory") && !html.contains("<svg"))
        }
    }

    @Test func oneSeedHasNoIntervalOverSeeds() {
        let report = study([
            .init(name: "a", runs: [.init(seed: 1, test: [.hitRate(10): Estimate(0.1), .ndcg(10): Estimate(0.1)])])
        ])
        #expect(report.table.rows[0].cells[1].details.isEmpty && report.table.notes.isEmpty)
        #expect(report.html.contains("1 seed<"))
    }

    @Test func costAloneIsMarked() {
        let cost = SampleReport.cost(10, trainable: 1, total: 2, memory: 3, measuredSteps: 5)
        let report = study([.init(name: "full", cost: cost), .init(name: "nothing")])
        #expect(report.table.rows[0].cells[1].text == "not measured" && report.table.rows[1].cells[1].text == "–")
        #expect(report.markdownTable.contains("10.0 s†") && report.markdownTable.contains("\n† Extrapolated"))
        #expect(report.parts.efficiency.isEmpty)
    }

    @Test(arguments: ["<script>alert(1)</script>", "\" onload=\"x", "</svg>", "a|b\n=1"])
    func namesNeverBecomeMarkup(text: String) throws {
        var reports = try SampleStudy.all()
        for index in reports.indices {
            reports[index].title = text
            reports[index].subtitle = text
            reports[index].configuration = text
            reports[index].environment = [(text, text)]
            reports[index].ceiling = .init(name: text, metrics: [.hitRate(10): Estimate(0.5), .ndcg(10): Estimate(0.4)])
            for variant in reports[index].variants.indices {
                reports[index].variants[variant].name = text
                reports[index].variants[variant].group = text
                reports[index].variants[variant].note = text
                reports[index].variants[variant].settings = [(text, text)]
                reports[index].variants[variant].change?.name = text
                reports[index].variants[variant].encoders?.text.name = text
            }
            for comparison in reports[index].comparisons.indices { reports[index].comparisons[comparison].first = text }
            for curve in reports[index].curves.indices { reports[index].curves[curve].name = text }
            let html = reports[index].html
            #expect(!html.contains("<script") && !html.contains("onload=\"x") && html.contains(Markup.escaped(text)))
            #expect(html.components(separatedBy: "<svg").count == html.components(separatedBy: "</svg>").count)
            let rows = reports[index].markdownTable.split(separator: "\n").prefix { $0.hasPrefix("|") }
            let bars = Set(rows.map { $0.replacing("\\|", with: "").count { $0 == "|" } })
            #expect(bars.count == 1, "rows of \(bars) bars")
        }
    }

    @Test func valuesThatAreNotFiniteDoNotReachTheCharts() {
        let bad = [Double.nan, .infinity, -.infinity, 1e308, 0, -1]
        let variants = bad.map { value in
            let values: MetricEstimates = PerMetric(Metric.papers) { _ in Estimate(value, low: value, high: value) }
            var variant = StudyReport.Variant(
                name: "v\(value)", runs: [.init(seed: 1, test: values, validation: values)], metrics: values,
                cost: SampleReport.cost(value, trainable: .max, total: .max, memory: .max))
            variant.encoders = .init(text: .init(name: "t\(value)", parameters: .max), image: .init(name: "i", parameters: 0))
            variant.change = .init(name: "c", rate: value)
            variant.shares = [.init(tower: "a", share: value), .init(tower: "b", share: 1)]
            return variant
        }
        for layout in [StudyReport.Layout.comparison, .sizes, .changes, .search] {
            for match in study(variants, layout).html.matches(of: /\s(?:[xy][12]?|c[xy]|points|width|height|d)="([^"]*)"/) {
                #expect(!match.1.contains("nan") && !match.1.contains("inf"), "\(match.0)")
            }
        }
    }

    @Test func filesAreWritten() throws {
        try withTemporaryFolder { folder in
            try SampleStudy.compare().write(to: folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["curves.svg", "report.html", "runs.csv", "table.csv", "table.md"])
        }
    }

    @Test func gatesAreAveraged() throws {
        func gates(_ values: [Double], layers: [String] = ["0", "2"]) -> RunReport.Gates {
            .init(towers: [.init(name: "text", layers: layers, values: values)])
        }
        let mean = try #require(RunReport.Gates(meanOf: [gates([0.25, 1]), gates([0.75, 0.5])]))
        #expect(mean.towers[0].values == [0.5, 0.75] && mean.towers[0].layers == ["0", "2"])
        #expect(RunReport.Gates(meanOf: []) == nil)
        #expect(RunReport.Gates(meanOf: [gates([0, 0]), gates([0, 0], layers: ["0", "4"])]) == nil)
    }
}
