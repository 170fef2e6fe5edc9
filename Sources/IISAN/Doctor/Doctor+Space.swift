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

/// The limits that Linux's control groups put on a process, as containers and job schedulers set them.
struct ControlGroup: Equatable {
    /// How many cores' worth of time; nil without a limit.
    var cores: Double?
    /// Bytes of memory; nil without a limit.
    var memory: UInt64?
    /// Bytes of memory that count against ``memory``, without cached files, which make room; nil when that is not known.
    var memoryInUse: UInt64?

    /// The limits of this process; none where there are no control groups.
    static func ofThisProcess() -> ControlGroup {
        let membership = (try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8)) ?? ""
        return ControlGroup(membership: membership, root: URL(filePath: "/sys/fs/cgroup"))
    }

    /// Reads the limits of the group and of all above it: the tightest one counts.
    ///
    /// - Parameters:
    ///   - membership: as `/proc/self/cgroup` has it: a line `0::/path` of version 2, and `number:controllers:/path` of version 1.
    ///   - root: where the groups are mounted.
    init(membership: String, root: URL) {
        for line in membership.split(separator: "\n") {
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { continue }
            if fields[1].isEmpty {
                for folder in Self.upwards(from: String(fields[2]), in: root) { readVersion2(folder) }
            }
            for controller in fields[1].split(separator: ",") where controller == "cpu" || controller == "memory" {
                let mount = root.appending(path: String(controller))
                for folder in Self.upwards(from: String(fields[2]), in: mount) { readVersion1(folder) }
            }
        }
    }

    private mutating func readVersion2(_ folder: URL) {
        let quota = Self.words(folder, "cpu.max")
        if quota.count == 2 { limitCores(quota: Double(quota[0]), period: Double(quota[1])) }
        limitMemory(
            to: Self.number(folder, "memory.max"), inUse: Self.number(folder, "memory.current"),
            cached: Self.statistic("inactive_file", in: folder))
    }

    private mutating func readVersion1(_ folder: URL) {
        limitCores(
            quota: Self.words(folder, "cpu.cfs_quota_us").first.flatMap(Double.init),
            period: Self.words(folder, "cpu.cfs_period_us").first.flatMap(Double.init))
        limitMemory(
            to: Self.number(folder, "memory.limit_in_bytes"), inUse: Self.number(folder, "memory.usage_in_bytes"),
            cached: Self.statistic("total_inactive_file", in: folder))
    }

    /// A quota of -1 or "max" is none.
    private mutating func limitCores(quota: Double?, period: Double?) {
        guard let quota, let period, quota > 0, period > 0 else { return }
        cores = min(cores ?? .infinity, quota / period)
    }

    private mutating func limitMemory(to limit: UInt64?, inUse: UInt64?, cached: UInt64?) {
        // Version 1 writes "no limit" as a number near the largest there is.
        guard let limit, limit < 1 << 60, limit < memory ?? .max else { return }
        memory = limit
        memoryInUse = inUse.map { $0 - min($0, cached ?? 0) }
    }

    /// The group's folder and those above it. A container may see its own group as the root, whatever the path says.
    private static func upwards(from path: String, in root: URL) -> [URL] {
        let parts = path.split(separator: "/").filter { $0 != ".." }
        return (0...parts.count).reversed().map { root.appending(path: parts.prefix($0).joined(separator: "/")) }
    }

    private static func number(_ folder: URL, _ file: String) -> UInt64? { words(folder, file).first.flatMap { UInt64($0) } }

    /// A field of `memory.stat`, whose lines are a name and a number.
    private static func statistic(_ name: String, in folder: URL) -> UInt64? {
        let words = words(folder, "memory.stat")
        return words.firstIndex(of: name).flatMap { $0 + 1 < words.count ? UInt64(words[$0 + 1]) : nil }
    }

    private static func words(_ folder: URL, _ file: String) -> [String] {
        let text = try? String(contentsOf: folder.appending(path: file), encoding: .utf8)
        return text?.split(whereSeparator: \.isWhitespace).map(String.init) ?? []
    }
}
