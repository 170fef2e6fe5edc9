import Metrics

extension RunReport {
    /// TPME of the methods whose cost is known; empty when fewer than two are.
    public var efficiency: [TPME.Value] { parts.efficiency.sorted { $0.key < $1.key }.map(\.value) }

    var parts: MethodParts { MethodParts(methods: methods, subject: subject, ceiling: ceiling, weights: tpmeWeights) }

    /// The methods as a Markdown table, for a README or an issue.
    public var markdownTable: String { table.markdown }

    /// The methods as CSV (RFC 4180) in full precision: shares 0...1, seconds, bytes; what is not known is empty.
    public var csvTable: String {
        var csv = CSVText(
            columns: ["method", "hr@10", "hr@10_low", "hr@10_high", "ndcg@10", "ndcg@10_low", "ndcg@10_high"]
                + CSVText.costColumns + ["tpme", "note"])
        let efficiency = parts.efficiency
        for (index, method) in methods.enumerated() {
            csv.append(
                [CSVText.field(method.name)] + CSVText.fields(method.hitRate) + CSVText.fields(method.ndcg)
                    + CSVText.fields(method.cost) + [CSVText.field(efficiency[index]?.value), CSVText.field(method.note)])
        }
        return csv.text
    }

    var table: ReportTable {
        let parts = parts
        let costs = parts.costCells
        let hitRate = MethodParts.best(methods.map { $0.hitRate?.value })
        let ndcg = MethodParts.best(methods.map { $0.ndcg?.value })
        var rows = methods.enumerated().map { index, method in
            ReportTable.Row(
                cells: [
                    .init(method.name), .init(method.hitRate, isBest: hitRate.contains(index)),
                    .init(method.ndcg, isBest: ndcg.contains(index)),
                ] + costs[index] + [.init(method.note)], style: method.name == subject ? .subject : .plain)
        }
        if let ceiling { rows.append(Self.row(of: ceiling, columns: 9)) }
        return ReportTable(
            columns: [.init(title: "Method"), .init(title: "HR@10, %"), .init(title: "NDCG@10, %")] + MethodParts.costColumns
                + [.init(title: "Note", isNote: true)], rows: rows, notes: parts.costNotes)
    }

    /// The row of a ceiling in a table with HR@10 and NDCG@10 in its second and third column and words in its last.
    static func row(of ceiling: Ceiling, columns: Int) -> ReportTable.Row {
        let numbers: [ReportTable.Cell] = [
            .init(ceiling.name), .init(NumberText.percent(ceiling.hitRate)), .init(NumberText.percent(ceiling.ndcg)),
        ]
        let empty = [ReportTable.Cell](repeating: .init(""), count: columns - 4)
        return ReportTable.Row(cells: numbers + empty + [.init("the best that can be reached on this data")], style: .ceiling)
    }

    var methodSection: Markup {
        if methods.isEmpty { return "" }
        return Page.section(
            "Ranking and cost",
            lead: "HR@10 and NDCG@10 with 95 % intervals below. The best of each column is in colour.",
            "\(table.html)\(parts.intervalCharts)")
    }
}
