import Foundation
import Torch

/// Looks at what decides whether, and how fast, this machine can work: LibTorch, threads, devices, memory, disk.
public enum Doctor {
    /// Looks at this machine.
    ///
    /// - Parameter folder: where files will be written; its disk is looked at.
    public static func examine(folder: URL) -> DoctorReport {
        let limits = ControlGroup.ofThisProcess()
        var findings = [DoctorFinding("iisan", version), system()]
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
        } catch {
            findings += [withoutLibTorch(error), cores]
        }
        return DoctorReport(findings: findings + [memory(limits), disk(of: folder)])
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
