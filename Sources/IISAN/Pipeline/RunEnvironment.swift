import Foundation
import Torch

/// The machine and the versions a run was made with: `environment.json`.
public struct RunEnvironment: Sendable, Codable, Equatable {
    /// The version of this package.
    public var iisan: String
    /// The version of LibTorch.
    public var libtorch: String
    /// The operating system.
    public var system: String
    /// The processor's name.
    public var processor: String
    /// How many cores the process may use.
    public var cores: Int
    /// Threads of one operation.
    public var threads: Int
    /// The machine's memory in bytes.
    public var memory: UInt64
    /// Where it computes.
    public var device: String
    /// When, in UTC, as ISO 8601 writes it.
    public var time: String

    /// Describes this machine now.
    public init(device: Device) {
        iisan = version
        libtorch = LibTorch.version
        system = ProcessInfo.processInfo.operatingSystemVersionString
        processor = Self.cpuInformation("model name") ?? "unknown"
        cores = ProcessInfo.processInfo.activeProcessorCount
        threads = LibTorch.threads
        memory = ProcessInfo.processInfo.physicalMemory
        self.device = device.description
        time = Date().formatted(.iso8601)
    }

    /// Label and value, for showing.
    var rows: [(label: String, value: String)] {
        [
            ("iisan", iisan), ("LibTorch", libtorch), ("System", system), ("Processor", "\(processor), \(cores) cores"),
            ("Threads", "\(threads)"), ("Memory", "\(memory >> 30) GB"), ("Device", device), ("Time", time),
        ]
    }

    /// A field of `/proc/cpuinfo`; nil where there is none.
    static func cpuInformation(_ field: String) -> String? {
        guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else { return nil }
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) }
        return line?.split(separator: ":", maxSplits: 1).last.map { $0.trimmingCharacters(in: .whitespaces) }
    }
}
