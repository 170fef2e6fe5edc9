import Files
package import Foundation
import Pictures
import Processes
import Torch

/// Looks at what decides whether, and how fast, this machine can work: LibTorch, threads, devices, memory, disk.
package enum Doctor {
    /// Looks at this machine.
    ///
    /// - Parameter folder: where files will be written; its disk is looked at.
    package static func examine(folder: URL) -> DoctorReport {
        let limits = ControlGroup.ofThisProcess()
        var findings = [DoctorFinding("iisan", Version.current), system()]
        let cores = cores(allowed: ProcessInfo.processInfo.activeProcessorCount, limit: limits.cores)
        do {
            try LibTorch.load()
            findings += [
                DoctorFinding("LibTorch", "\(LibTorch.version) at \(LibTorch.path)"),
                processor(flags: processorFlags(), capability: LibTorch.capability),
                kernels(float32: BottleneckChain.hasProducts(), bfloat16: BottleneckChain.hasProducts(in: .bfloat16)),
                cores,
                threads(
                    LibTorch.threads, cores: usableCores(limits), environment: ProcessInfo.processInfo.environment),
            ]
            findings += accelerators()
            findings.append(processes(environment: ProcessInfo.processInfo.environment))
        } catch {
            findings += [withoutLibTorch(error), cores]
        }
        return DoctorReport(findings: findings + [memory(limits), disk(of: folder), videos()])
    }

    /// Whether videos can be read.
    private static func videos() -> DoctorFinding {
        let missing = VideoFiles.missingPrograms
        return DoctorFinding(
            "Videos",
            missing.isEmpty
                ? "ffmpeg is there"
                : "\(missing.joined(separator: " and ")) not found: iisan caption --videos and iisan encode --videos need both")
    }

    /// What a launcher says of this process's place among others.
    static func processes(environment: [String: String]) -> DoctorFinding {
        do {
            guard let place = try Rendezvous(environment: environment) else {
                return DoctorFinding("Processes", "this one alone: no launcher's variables are set")
            }
            return DoctorFinding("Processes", place.text)
        } catch {
            let error = error as? UserError ?? UserError("\(error)")
            return DoctorFinding(
                "Processes", UserError(error.problem, at: error.place).description,
                advice: error.remedy ?? "Correct what the launcher sets.", status: .problem)
        }
    }

    static func system() -> DoctorFinding {
        DoctorFinding("System", ProcessInfo.processInfo.operatingSystemVersionString)
    }

    /// Why LibTorch cannot be used, and what helps.
    static func withoutLibTorch(_ error: UserError) -> DoctorFinding {
        DoctorFinding(
            "LibTorch", UserError(error.problem, at: error.place).description, advice: error.remedy ?? "Run make setup build.",
            status: .problem)
    }

    /// The cores that scheduling and the control group's quota leave to this process.
    static func usableCores(_ limits: ControlGroup) -> Int {
        let allowed = ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(allowed, Int((limits.cores ?? Double(allowed)).rounded(.up))))
    }
}

/// One thing ``Doctor`` looked at.
package struct DoctorFinding: Sendable, Codable, Equatable {
    /// How good what was found is.
    package enum Status: String, Sendable, Codable {
        /// Nothing to do.
        case ok
        /// It works, and could work better.
        case advice
        /// It cannot work like this.
        case problem
    }

    /// What was looked at: `LibTorch`, `Memory`.
    package var name: String
    /// What was found, in words.
    package var value: String
    /// How good that is.
    package var status: Status
    /// What to do about it, as an instruction; nil when nothing needs to be done.
    package var advice: String?

    /// Makes a finding that is in order.
    package init(_ name: String, _ value: String) {
        (self.name, self.value, status) = (name, value, .ok)
    }

    /// Makes a finding with something to do about it; without advice it is in order.
    package init(_ name: String, _ value: String, advice: String?, status: Status = .advice) {
        self.init(name, value)
        self.advice = advice
        if advice != nil { self.status = status }
    }
}

/// What ``Doctor`` found out about a machine.
package struct DoctorReport: Sendable, Codable, Equatable {
    /// In the order they are shown.
    package var findings: [DoctorFinding]

    /// Makes a report.
    package init(findings: [DoctorFinding]) {
        self.findings = findings
    }

    /// Whether something cannot work as it is.
    package var hasProblem: Bool { findings.contains { $0.status == .problem } }

    /// One line per finding, the values in one column, what to do below them.
    package var text: String {
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
