import Datasets
import Files
import Foundation
import HiddenStates
import Metrics
import Modeling
package import Torch
import Training

extension Pipeline {
    /// What training took, from the epochs' events, or from some steps that were timed alone.
    func cost(_ recommender: Recommender, _ dataset: Dataset, measured: [Double]? = nil) throws -> RunCost {
        let steps = BatchSampler(
            try split(of: dataset), batchSize: configuration.train.training.batchSize, seed: configuration.train.training.seed
        ).stepCount
        let events = measured == nil ? try run.readEvents() : []
        let stores = try stores(dataset).values
        var cost = try RunCost(
            secondsPerEpoch: Self.median(measured ?? events.map(\.seconds)) * (measured == nil ? 1 : Double(steps)),
            stepsPerEpoch: steps, epochs: events.count, trainableParameters: recommender.trainableCount,
            totalParameters: recommender.totalCount,
            peakMemory: events.map(\.peakMemory).max() ?? MemoryUse.of(device).peak,
            storeBytes: stores.reduce(0) { $0 + $1.itemCount * $1.bytesPerItem })
        let seconds = stores.map { EncodingTime.read(of: $0)?.seconds }
        if !seconds.isEmpty, !seconds.contains(nil) { cost.encodingSeconds = seconds.reduce(0) { $0 + ($1 ?? 0) } }
        cost.isExtrapolated = measured != nil
        cost.measuredSteps = measured?.count
        return cost
    }

    /// Writes the result of a run that only measured its cost.
    func write(_ cost: RunCost, _ dataset: Dataset) throws {
        try JSONFile.write(cost, to: run.cost)
        try JSONFile.write(resultWithoutRanks(dataset), to: run.result)
    }

    private static func median(_ values: [Double]) -> Double {
        let ordered = values.sorted()
        if ordered.isEmpty { return 0 }
        let middle = ordered.count / 2
        return ordered.count % 2 == 1 ? ordered[middle] : (ordered[middle - 1] + ordered[middle]) / 2
    }
}

/// How long making a hidden-state store took: `encoding.json` in the store's folder.
///
/// Runs that ended with a finished store are added up; the time of one that was interrupted is not known.
struct EncodingTime: Codable {
    /// Seconds from the first batch to the finished store.
    var seconds: Double
    /// Items that were encoded in that time.
    var items: Int

    /// What is noted of a store; nil where nothing is, as for one that was imported.
    static func read(of store: HiddenStateStore) -> EncodingTime? { read(in: store.folder) }

    /// What is noted in a store's folder.
    static func read(in folder: URL) -> EncodingTime? { try? JSONFile.read(EncodingTime.self, from: file(in: folder)) }

    /// Notes it.
    func write(in folder: URL) throws { try JSONFile.write(self, to: Self.file(in: folder)) }

    private static func file(in folder: URL) -> URL { folder.appending(path: "encoding.json") }
}

/// The machine and the versions a run was made with: `environment.json`.
package struct RunEnvironment: Sendable, Codable, Equatable {
    /// The version of this package.
    package var iisan: String
    /// The version of LibTorch.
    package var libtorch: String
    /// The operating system.
    package var system: String
    /// The processor's name.
    package var processor: String
    /// How many cores the process may use.
    package var cores: Int
    /// Threads of one operation.
    package var threads: Int
    /// The machine's memory in bytes.
    package var memory: UInt64
    /// Where it computes.
    package var device: String
    /// When, in UTC, as ISO 8601 writes it.
    package var time: String

    /// Describes this machine now.
    package init(device: Device) {
        iisan = Version.current
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
