import Foundation
import Metrics

extension RunReport {
    /// The methods as a Markdown table, for a README or an issue.
    public var markdownTable: String {
        var lines = [
            "| Method | HR@10 % | NDCG@10 % | Trainable | Per epoch | Peak memory | Note |",
            "|:--|--:|--:|--:|--:|--:|:--|",
        ]
        func estimate(_ estimate: Estimate?) -> String {
            guard let estimate else { return "–" }
            guard let low = estimate.low, let high = estimate.high else { return NumberText.percent(estimate.value) }
            return "\(NumberText.percent(estimate.value)) (\(NumberText.percent(low)) – \(NumberText.percent(high)))"
        }
        for method in methods {
            let cells = [
                Self.markdown(method.name), estimate(method.hitRate), estimate(method.ndcg),
                method.trainableParameters.map(NumberText.count) ?? "–", method.secondsPerEpoch.map(NumberText.seconds) ?? "–",
                method.peakMemory.map(NumberText.bytes) ?? "–", Self.markdown(method.note),
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        if let ceiling {
            let cells = [
                Self.markdown(ceiling.name), NumberText.percent(ceiling.hitRate), NumberText.percent(ceiling.ndcg), "", "", "",
                "the best that can be reached",
            ]
            lines.append("| " + cells.joined(separator: " | ") + " |")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The methods as CSV (RFC 4180) in full precision: shares 0...1, seconds, bytes; what is not known is empty.
    public var csvTable: String {
        var lines = [
            "method,hr@10,hr@10_low,hr@10_high,ndcg@10,ndcg@10_low,ndcg@10_high,trainable_parameters,seconds_per_epoch,"
                + "peak_memory_bytes,note"
        ]
        func numbers(_ estimate: Estimate?) -> [String] {
            [estimate?.value, estimate?.low, estimate?.high].map { $0.map { String($0) } ?? "" }
        }
        for method in methods {
            let cells =
                [Self.csv(method.name)] + numbers(method.hitRate) + numbers(method.ndcg) + [
                    method.trainableParameters.map { String($0) } ?? "", method.secondsPerEpoch.map { String($0) } ?? "",
                    method.peakMemory.map { String($0) } ?? "", Self.csv(method.note),
                ]
            lines.append(cells.joined(separator: ","))
        }
        return lines.map { $0 + "\r\n" }.joined()
    }

    /// Text within a Markdown table cell: nothing in it ends the cell or becomes markup.
    private static func markdown(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\n", "\r", "\r\n", "\t": escaped += " "
            case "|", "\\", "`", "*", "_", "[", "]", "#", "~": escaped += "\\\(character)"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            default: escaped.append(character)
            }
        }
        return escaped
    }

    /// A text field of CSV. A field that a spreadsheet would run as a formula gets an apostrophe in front.
    private static func csv(_ text: String) -> String {
        var field = text
        if let first = text.unicodeScalars.first, "=+-@\t\r\n＝＋－＠".unicodeScalars.contains(first) { field = "'" + field }
        guard field.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return field }
        return "\"" + field.replacing("\"", with: "\"\"") + "\""
    }
}
