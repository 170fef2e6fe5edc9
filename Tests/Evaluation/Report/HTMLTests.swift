import Foundation
import Metrics
import TestSupport
import Testing

@testable import Report

@Suite struct HTMLTests {
    private static let hostile = [
        "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onload='x", "</style><script>", "</svg><b>", "&lt;",
        "]]>",
        "\u{0}\u{8}\u{1B}[31m", "javascript:alert(1)", "<!--", "{{7*7}}",
    ]

    /// A report in which every text is hostile.
    private func hostileReport(_ text: String) -> RunReport {
        var report = RunReport(title: text, subtitle: text)
        report.methods = [
            .init(
                name: text, metrics: [.hitRate(10): Estimate(0.1, low: 0.05, high: 0.2), .ndcg(10): Estimate(0.1)],
                cost: SampleReport.cost(3, trainable: 1, total: 2, memory: 5, measuredSteps: 2), note: text),
            .init(
                name: text + "2", metrics: [.hitRate(10): Estimate(0.2), .ndcg(10): Estimate(0.2)],
                cost: SampleReport.cost(400, trainable: 3, total: 3, memory: 7, store: 8), note: text),
        ]
        report.subject = text
        report.ceiling = .init(name: text, metrics: [.hitRate(10): Estimate(0.5), .ndcg(10): Estimate(0.4)])
        report.curves = [
            .init(
                name: text,
                epochs: [
                    .init(1, loss: 3, validation: [.hitRate(10): Estimate(0.1)]),
                    .init(2, loss: 2, validation: [.hitRate(10): Estimate(0.2)]),
                ])
        ]
        report.gates = .init(towers: [.init(name: text, layers: [text], values: [0.3])])
        report.shares = [.init(tower: text, share: 0.7), .init(tower: text + "2", share: 0.3)]
        let item = RunReport.Example.Item(title: text, picture: Data(text.utf8))
        report.examples = [.init(user: text, history: [item], target: item, recommendations: [.init(item, score: 1)])]
        report.configuration = text
        report.environment = [(text, text)]
        report.card = EvaluationCard(
            of: [TargetRank(rank: 1)],
            procedure: .init(
                split: text, splitRule: text, historyKept: 1, maskingRule: text, tieRule: text, catalogueSize: 1,
                datasetHash: text))
        return report
    }

    /// The tags of a page with their attributes, by a scan that knows quotes.
    private func tags(_ html: String) -> [String] {
        var tags: [String] = []
        var tag: String?
        var quote: Character?
        for character in html {
            if tag == nil {
                if character == "<" { tag = "" }
            } else if let open = quote {
                if character == open { quote = nil }
            } else if character == ">" {
                tags.append(tag!)
                tag = nil
            } else if character == "\"" {
                quote = character
            } else {
                tag!.append(character)
            }
        }
        return tags
    }

    @Test(arguments: hostile)
    func dataNeverBecomesMarkup(text: String) {
        let harmless = hostileReport("plain words")
        // Lengths of cut labels may differ, the tags and attributes may not.
        #expect(tags(hostileReport(text).html) == tags(harmless.html))
        #expect(!hostileReport(text).html.contains("<script"))
        let svg = hostileReport(text).curvesSVG ?? ""
        #expect(tags(svg) == tags(harmless.curvesSVG ?? ""))
        #expect(!svg.unicodeScalars.contains { $0.value < 32 && $0 != "\n" })
    }

    @Test func escapes() {
        #expect(Markup.escaped("<a href=\"x\">'&'</a>") == "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;")
        #expect(Markup.escaped("a\u{0}b\u{85}c\nd") == "a\u{FFFD}b\u{FFFD}c\nd")
        let markup: Markup = "<b>\("<i>")</b>\(1.0)\(2.346)\(7)"
        #expect(markup.text == "<b>&lt;i&gt;</b>12.357")
    }

    @Test func needsNothingElse() {
        let html = SampleReport.report(pictures: [Data([0xFF, 0xD8, 0xFF, 0xE0, 1, 2, 3])]).html
        #expect(html.contains("data:image/jpeg;base64,/9j/4AECAw=="))
        let outside = html.replacing("http://www.w3.org/2000/svg", with: "")
        for word in ["http:", "https:", "url(", "@import", "<script", "<link", "src=\"/"] { #expect(!outside.contains(word)) }
        for part in [
            "prefers-color-scheme:dark", "@media print", "name=\"viewport\"", "charset=\"utf-8\"", "Content-Security-Policy",
            "IISAN-Versa", "9.13", "8.92 – 9.35", "Ceiling", "Training loss", "Validation HR@10", "Gates", "hit at 1",
            "not in the top 10", "Quality against cost", "by target popularity", "Share of the score", "26 min 52 s†",
            "Extrapolated", "of 195 M", "in 3 min 34 s",
            "Evaluation card", "Configuration", "Environment", "role=\"img\"",
        ] { #expect(html.contains(part), "\(part) is missing") }
    }

    @Test func emptyPartsAreLeftOut() {
        let html = RunReport(title: "Nothing").html
        #expect(!html.contains("<section>") && !html.contains("<table") && !html.contains("<svg"))
        #expect(RunReport(title: "Nothing").curvesSVG == nil)
    }

    @Test func pictureBytesThatAreNotJPEGAreNotEmbedded() {
        var report = RunReport(title: "x")
        let item = RunReport.Example.Item(title: "Kettle", picture: Data("<svg onload=x>".utf8))
        report.examples = [.init(user: "u", history: [item], recommendations: [])]
        #expect(!report.html.contains("data:image/jpeg") && report.html.contains("Kettle"))
    }

    @Test func valuesThatAreNotFiniteDoNotReachTheCharts() {
        var report = RunReport(title: "x")
        let bad = [Double.nan, .infinity, -.infinity, 1e308, -1e308, 0]
        report.curves = bad.map { value in
            .init(
                name: "c",
                epochs: [
                    .init(1, loss: value, validation: [.hitRate(10): Estimate(value)]),
                    .init(Int.max, loss: 1, validation: [.hitRate(10): Estimate(0.5)]), .init(.min, loss: 2),
                ])
        }
        report.methods = bad.map {
            .init(
                name: "m", metrics: [.hitRate(10): Estimate($0, low: $0, high: $0), .ndcg(10): Estimate($0)],
                cost: SampleReport.cost($0, trainable: .max, total: .max, memory: .max))
        }
        report.ceiling = .init(name: "c", metrics: [.hitRate(10): Estimate(.nan), .ndcg(10): Estimate(.infinity)])
        report.shares = bad.map { .init(tower: "t", share: $0) }
        report.gates = .init(towers: [.init(name: "t", layers: bad.map { "\($0)" }, values: bad)])
        let drawn = report.html.matches(of: /(?:[xy][12]?|c[xy]|points|width|height|d)="([^"]*)"/)
        #expect(drawn.count > 20)
        for match in drawn { #expect(!match.1.contains("nan") && !match.1.contains("inf"), "\(match.0)") }
    }

    @Test func filesAreWritten() throws {
        try withTemporaryFolder { folder in
            try SampleReport.report().write(to: folder)
            let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(names.sorted() == ["curves.svg", "report.html", "table.csv", "table.md"])
            let svg = try Data(contentsOf: folder.appending(path: "curves.svg"))
            #expect(String(decoding: svg, as: UTF8.self).hasPrefix("<svg"))
        }
    }
}
