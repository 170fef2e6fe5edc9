import Foundation

extension Doctor {
    /// Under this much free memory training of the smallest models is tight.
    static let scarceMemory: UInt64 = 2 << 30
    /// Under this much free disk space hidden states of a middling catalogue do not fit.
    static let scarceDisk: UInt64 = 5 << 30

    /// The memory there is and what of it is free, by the machine and by the control group.
    static func memory(_ limits: ControlGroup) -> DoctorFinding {
        var total = ProcessInfo.processInfo.physicalMemory
        var available = availableMemory()
        var note = ""
        if let limit = limits.memory, limit < total {
            total = limit
            let free = limit - min(limit, limits.memoryInUse ?? 0)
            available = min(available ?? free, free)
            note = ", by the control group's limit"
        }
        return memory(total: total, available: available, note: note)
    }

    static func memory(total: UInt64, available: UInt64?, note: String) -> DoctorFinding {
        guard let available else { return DoctorFinding("Memory", bytes(total) + note) }
        return DoctorFinding(
            "Memory", "\(bytes(available)) of \(bytes(total)) available\(note)",
            advice: available < scarceMemory ? "Close other programs, or train with a smaller batch." : nil)
    }

    /// What Linux says can be used without swapping; nil elsewhere.
    private static func availableMemory() -> UInt64? {
        guard let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
            let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
            let kilobytes = line.split(whereSeparator: { !$0.isNumber }).first.flatMap({ UInt64($0) })
        else { return nil }
        return kilobytes * 1024
    }

    /// The free space where files will be written.
    static func disk(of folder: URL) -> DoctorFinding {
        let path = folder.standardizedFileURL.path
        let attributes = try? FileManager.default.attributesOfFileSystem(forPath: path)
        guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.uint64Value else {
            return DoctorFinding(
                "Disk", "unknown at \(path)", advice: "Choose a folder that exists and can be read.", status: .problem)
        }
        return disk(free: free, path: path, isWritable: FileManager.default.isWritableFile(atPath: path))
    }

    static func disk(free: UInt64, path: String, isWritable: Bool) -> DoctorFinding {
        let value = "\(bytes(free)) free at \(path)"
        if !isWritable { return DoctorFinding("Disk", value, advice: "It cannot be written: work in another folder.") }
        return DoctorFinding(
            "Disk", value,
            advice: free < scarceDisk ? "Hidden states are large: free some space, or work on another disk." : nil)
    }

    /// As in `1.5 GB`, of 1024 each.
    static func bytes(_ count: UInt64) -> String {
        let gigabytes = Double(count) / Double(1 << 30)
        return gigabytes < 1 ? "\(count >> 20) MB" : String(format: "%.1f GB", gigabytes)
    }
}
