import Metrics

extension MethodParts {
    /// Comparisons in sentences.
    static func verdictSection(_ comparisons: [MethodComparison]) -> Markup {
        let lines: [Markup] = comparisons.map { comparison in
            let style =
                switch comparison.verdict {
                case .better: "yes"
                case .worse: "no"
                case .withinNoise: "noise"
                }
            return
                "<li><span class=\"badge \(style)\">\(comparison.verdict.rawValue)</span><span>\(comparison.sentence.replacing("p = ", with: "p\u{A0}=\u{A0}"))</span></li>\n"
        }
        return Page.section(
            "Comparisons",
            lead:
                "Each with the one that the others are compared with, user by user, by the means over seeds. A difference counts only if it stands out of the noise "
                + "between users (sign-flip test) and, where both have several seeds, between seeds (Welch's test); p is the larger of "
                + "both, after Holm's correction. The interval is over users.",
            lines.isEmpty ? "" : "<ul class=\"verdicts\">\n\(lines)</ul>")
    }
}
