import Files

/// What ``Doctor`` found out about a machine.
public struct DoctorReport: Sendable, Codable, Equatable {
    /// In the order they are shown.
    public var findings: [DoctorFinding]

    /// Makes a report.
    public init(findings: [DoctorFinding]) {
        self.findings = findings
    }

    /// Whether something cannot work as it is.
    public var hasProblem: Bool { findings.contains { $0.status == .problem } }

    /// One line per finding, the values in one column, what to do below them.
    public var text: String {
        var table = TextTable([.left])
        for finding in findings {
            table.rows.append(["\(Self.mark(finding.status)) \(finding.name)", finding.value])
            if let advice = finding.advice { table.rows.append(["", "-> \(advice)"]) }
        }
        let (advices, problems) = (count(.advice), count(.problem))
        let summary =
            advices + problems == 0
            ? "All is well." : "\(Self.counted(problems, "problem")), \(Self.counted(advices, "piece")) of advice."
        return "\(table.text)\n\(summary)"
    }

    private func count(_ status: DoctorFinding.Status) -> Int { findings.count { $0.status == status } }

    private static func mark(_ status: DoctorFinding.Status) -> String {
        switch status {
        case .ok: " "
        case .advice: "!"
        case .problem: "x"
        }
    }

    private static func counted(_ count: Int, _ noun: String) -> String {
        "\(count == 0 ? "no" : "\(count)") \(noun)\(count == 1 ? "" : "s")"
    }
}
