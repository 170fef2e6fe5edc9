import Metrics
import TestSupport
import Testing

@testable import Report

@Suite struct ChartTests {
    @Test func logarithmicAxesCoverTheData() {
        let axis = Axis.fitting([0.02, 1700], .seconds)
        #expect(axis.ticks.map(\.label) == ["10 ms", "100 ms", "1 s", "10 s", "1 min", "10 min", "1 h"])
        #expect(axis.ticks.first?.place == 0 && axis.ticks.last?.place == 1)
        #expect(abs(axis.place(10 * 1e-3) - 0) < 1e-12 && abs(axis.place(3600) - 1) < 1e-12)
        #expect(Axis.fitting([1.3e9, 46e9], .bytes).ticks.map(\.label) == ["1 GB", "2 GB", "5 GB", "10 GB", "20 GB", "50 GB"])
        var generator = SeededGenerator(seed: 17)
        for quantity in [Quantity.seconds, .bytes, .count] {
            for _ in 0..<500 {
                let low = Double.random(in: 1e-3..<1e9, using: &generator)
                let high = low * Double.random(in: 1..<1e6, using: &generator)
                let axis = Axis.logarithmic([low, high], quantity)
                #expect((-0.001...1.001).contains(axis.place(low)) && (-0.001...1.001).contains(axis.place(high)))
                #expect(axis.ticks.count >= 2 && axis.ticks.count <= 12, "\(low) \(high): \(axis.ticks.map(\.label))")
                #expect(zip(axis.ticks, axis.ticks.dropFirst()).allSatisfy { $0.place < $1.place })
            }
        }
    }

    @Test func evenAxesBeginAtNothing() {
        let axis = Axis.fitting([3e9, 10e9], .bytes)
        #expect(axis.ticks.map(\.label) == ["0", "2 GB", "4 GB", "6 GB", "8 GB", "10 GB"] && axis.place(5e9) == 0.5)
        #expect(Axis.fitting([0, 1e9], .count).ticks.first?.label == "0")
        #expect(Axis.categories(["a", "b"]).place(0) == 0.25 && Axis.categories(["a", "b"]).place(1) == 0.75)
        #expect(Axis.categories([]).ticks.isEmpty)
    }

    @Test func namesCoverNeitherDotsNorNames() {
        var generator = SeededGenerator(seed: 23)
        var placed = 0
        for _ in 0..<100 {
            let dots = (0..<10).map { _ in
                (x: Double.random(in: 60...420, using: &generator), y: Double.random(in: 50...270, using: &generator))
            }
            let names = (0..<10).map { String(repeating: "m", count: 3 + 2 * $0) }
            let boxes = LabelPlacement(names: names, dots: dots, within: (46, 426, 34, 284)).labels.compactMap { $0?.box }
            placed += boxes.count
            for (index, box) in boxes.enumerated() {
                #expect(!boxes[..<index].contains { $0.meets(box) })
                #expect(!dots.contains { (box.left..<box.right).contains($0.x) && (box.top..<box.bottom).contains($0.y) })
                #expect(box.left >= 46 && box.right <= 436 && box.top >= 30 && box.bottom <= 284)
            }
        }
        #expect(placed > 980, "\(placed) of 1000 names found a place")
    }

    @Test func linesOfOneNameLookTheSame() {
        let points = [LineChart.Point(1, 1), .init(2, 2)]
        let chart = LineChart(
            title: "t", xLabel: "x",
            series: [.init(name: "a", points: points), .init(name: "b", points: points), .init(name: "a", points: points)]
        ).svg().text
        #expect(chart.components(separatedBy: "<polyline class=\"line s0\"").count == 3)
        #expect(chart.components(separatedBy: "<polyline class=\"line s1\"").count == 2)
        #expect(chart.components(separatedBy: "class=\"legend\"").count == 3)
        #expect(Set((0..<LineStyle.count).map(LineStyle.classes)).count == LineStyle.count)
    }

    @Test func theFrontierLeavesOutWhatIsBeaten() {
        func chart(_ dots: [(Double, Double)]) -> String {
            ScatterChart(
                title: "t", xLabel: "x", quantity: .seconds,
                dots: dots.enumerated().map { .init(name: "m\($0)", x: $1.0, y: $1.1) }
            ).svg.text
        }
        // The second is dearer and no better; the third is dearest and best.
        let points = chart([(1, 1), (2, 1), (3, 2)]).firstMatch(of: /class="frontier" points="([^"]*)"/)?.1.split(
            separator: " ")
        #expect(points?.count == 4)
        #expect(!chart([(1, 2), (3, 1)]).contains("frontier"))
    }

    @Test func negativePartsStandLeftOfNothing() {
        let svg = StackedBarChart(title: "t", bars: [.init(name: "b", parts: [("x", 1.2), ("y", -0.2)])]).svg.text
        let rects = svg.matches(of: /<rect x="([0-9.]+)" y="[0-9.]+" width="([0-9.]+)"/).map { (Double($0.1)!, Double($0.2)!) }
        #expect(rects.count == 2)
        #expect(abs(rects[1].0 + rects[1].1 - rects[0].0) < 0.02 && abs(rects[0].1 / rects[1].1 - 6) < 0.01)
    }

    @Test func longNamesKeepTheirEnds() {
        #expect("abcdefghij".cut(to: 10) == "abcdefghij")
        #expect("abcdefghijk".cut(to: 10) == "abcdef…ijk")
        #expect("abc".cut(to: 1) == "…")
        let labels = RowLabels(["bert-base-uncased + deit-tiny-patch16-224", "bert-base-uncased + vit-base-patch16-224-in21k"])
        #expect(labels.width == 200 && Set(labels.names).count == 2 && labels.names.allSatisfy { $0.count <= 28 })
        #expect(RowLabels(["id"]).width == 90 && RowLabels([]).names.isEmpty)
    }
}
