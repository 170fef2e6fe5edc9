import Metrics

extension StudyReport {
    /// The variants as CSV (RFC 4180) in full precision: shares 0...1, seconds, bytes; what is not known is empty.
    public var csvTable: String {
        let metrics = ["hr@10", "ndcg@10"].flatMap { name in
            [name] + ["seed_low", "seed_high", "seed_deviation", "user_low", "user_high"].map { "\(name)_\($0)" }
        }
        var csv = CSVText(
            columns: ["variant", "group", "seeds"] + metrics + ["validation_hr@10", "validation_ndcg@10"]
                + CSVText.costColumns + ["tpme", "compared_with", "metric", "difference", "p", "verdict", "settings", "note"])
        let efficiency = parts.efficiency
        for (index, variant) in variants.enumerated() {
            let comparison = comparison(of: variant)
            let settings = variant.settings.map { "\($0.label)=\($0.value)" }.joined(separator: "; ")
            csv.append(
                [CSVText.field(variant.name), CSVText.field(variant.group), CSVText.field(variant.runs.count)]
                    + Self.fields(variant.hitRate, variant.summary(\.hitRate))
                    + Self.fields(variant.ndcg, variant.summary(\.ndcg)) + [
                        CSVText.field(variant.summary(\.validationHitRate)?.mean.value),
                        CSVText.field(variant.summary(\.validationNDCG)?.mean.value),
                    ] + CSVText.fields(variant.cost) + [
                        CSVText.field(efficiency[index]?.value), CSVText.field(comparison?.second ?? ""),
                        CSVText.field(comparison?.users.metric ?? ""), CSVText.field(comparison?.users.difference.value),
                        CSVText.field(comparison?.pValue), CSVText.field(comparison?.verdict.rawValue ?? ""),
                        CSVText.field(settings), CSVText.field(variant.note),
                    ])
        }
        return csv.text
    }

    /// The runs as CSV (RFC 4180) in full precision, one row each.
    public var runsTable: String {
        var csv = CSVText(
            columns: ["variant", "seed", "hr@10", "ndcg@10", "validation_hr@10", "validation_ndcg@10"] + CSVText.costColumns)
        for variant in variants {
            for run in variant.runs {
                let metrics = [run.hitRate, run.ndcg, run.validationHitRate, run.validationNDCG].map(CSVText.field)
                csv.append([CSVText.field(variant.name), "\(run.seed)"] + metrics + CSVText.fields(run.cost))
            }
        }
        return csv.text
    }

    private static func fields(_ users: Estimate?, _ seeds: SeedSummary?) -> [String] {
        [
            users?.value ?? seeds?.mean.value, seeds?.mean.low, seeds?.mean.high, seeds?.deviation, users?.low, users?.high,
        ].map(CSVText.field)
    }
}
