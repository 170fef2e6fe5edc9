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
        let width = findings.map(\.name.count).max() ?? 0
        let indent = String(repeating: " ", count: width + 4)
        var lines: [String] = []
        for finding in findings {
            let name = finding.name.padding(toLength: width, withPad: " ", startingAt: 0)
            lines.append("\(Self.mark(finding.status)) \(name)  \(finding.value)")
            if let advice = finding.advice { lines.append("\(indent)-> \(advice)") }
        }
        let (advices, problems) = (count(.advice), count(.problem))
        lines.append("")
        lines.append(
            advices + problems == 0
                ? "All is well." : "\(Self.counted(problems, "problem")), \(Self.counted(advices, "piece")) of advice.")
        return lines.joined(separator: "\n")
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
