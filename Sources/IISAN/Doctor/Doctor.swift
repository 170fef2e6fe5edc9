import Foundation
import Torch

/// Looks at what decides whether, and how fast, this machine can work: LibTorch, threads, devices, memory, disk.
public enum Doctor {
    /// Looks at this machine.
    ///
    /// - Parameter folder: where files will be written; its disk is looked at.
    public static func examine(folder: URL) -> DoctorReport {
        let limits = ControlGroup.ofThisProcess()
        let findings = [
            DoctorFinding("iisan", version),
            system(),
            libTorch(compiled: LibTorch.version, loaded: LibTorch.loadedVersion, path: LibTorch.path),
            processor(flags: processorFlags(), capability: LibTorch.capability),
            cores(allowed: ProcessInfo.processInfo.activeProcessorCount, limit: limits.cores),
            threads(
                LibTorch.threads, cores: usableCores(limits), environment: ProcessInfo.processInfo.environment),
        ]
        return DoctorReport(findings: findings + accelerators() + [memory(limits), disk(of: folder)])
    }

    static func system() -> DoctorFinding {
        DoctorFinding("System", ProcessInfo.processInfo.operatingSystemVersionString)
    }

    /// The library and whether it is the one the program was built for.
    static func libTorch(compiled: String, loaded: String, path: String) -> DoctorFinding {
        if compiled == loaded || compiled.hasPrefix(loaded + ".") {
            return DoctorFinding("LibTorch", "\(compiled) at \(path)")
        }
        return DoctorFinding(
            "LibTorch", "built for \(compiled), \(loaded) was loaded from \(path)",
            advice: "Set LD_LIBRARY_PATH to the right one, or build again: make setup && swift build.", status: .problem)
    }

    /// The cores that scheduling and the control group's quota leave to this process.
    static func usableCores(_ limits: ControlGroup) -> Int {
        let allowed = ProcessInfo.processInfo.activeProcessorCount
        return max(1, min(allowed, Int((limits.cores ?? Double(allowed)).rounded(.up))))
    }
}
