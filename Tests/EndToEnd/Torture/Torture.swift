import Foundation
import Testing

/// How hard the command is tried: `make torture` sets these, plain tests have the short form.
enum Torture {
    private static let environment = ProcessInfo.processInfo.environment

    /// How often each stage is killed.
    static let kills = Int(environment["IISAN_TORTURE_KILLS"] ?? "") ?? 4

    /// The names of the stages that are killed; all of them by default.
    static let stages = (environment["IISAN_TORTURE_STAGES"] ?? "").split(separator: ",").map(String.init)

    /// At how many places of a stage a call of the system fails, at most; the places are spread evenly over all.
    static let failures = Int(environment["IISAN_TORTURE_FAILURES"] ?? "") ?? 2

    /// Sizes of disks in megabytes that are too small for a run, or just large enough.
    static let disks = (environment["IISAN_TORTURE_DISKS"] ?? "").split(separator: ",").compactMap { Int($0) }

    /// `Tools/Torture/mishaps.c`, compiled; nil where nobody has.
    static let mishaps = environment["IISAN_MISHAPS"]

    /// The environment in which one call of the system goes wrong, for calls on files below a folder.
    ///
    /// - Parameters:
    ///   - mishap: as `mishaps.c` says: `rename:3:kill`, `write:5:28`.
    ///   - counts: where the number of calls of each kind goes.
    static func environment(_ mishap: String? = nil, under folder: URL, counts: URL? = nil, clock: Int = 0) -> [String: String]
    {
        var values = ["LD_PRELOAD": mishaps ?? "", "MISHAP_UNDER": folder.path, "MISHAP_CLOCK": "\(clock)"]
        values["MISHAP"] = mishap
        values["MISHAP_COUNTS"] = counts?.path
        return values
    }

    /// At most `count` of the numbers 1...total, evenly spread, the first and the last among them.
    static func places(_ total: Int, atMost count: Int) -> [Int] {
        guard total > count, count > 1 else { return total > 0 ? Array(1...total).suffix(max(count, 1)) : [] }
        return (0..<count).map { 1 + $0 * (total - 1) / (count - 1) }
    }
}

/// What lies in a folder, but for what was measured while it was made: two undisturbed runs leave equal contents.
struct Contents: Equatable {
    private(set) var files: [String: Data] = [:]

    /// Pictures and tables for people, which show measured times.
    private static let shown: Set = [
        "report.html", "table.md", "table.csv", "runs.csv", "curves.svg", "iisan.tfevents", "environment.json", "cost.json",
        "encoding.json",
    ]
    /// How long an encoding took, which is not known of one that was killed.
    private static let unknown: Set = ["encoding.json"]
    /// Fields with times and sizes of memory, or made of them.
    private static let measured: Set = [
        "seconds", "epochSeconds", "validationSeconds", "encodingSeconds", "peakMemory", "time", "cost", "created",
        "secondsPerStep", "tpme",
    ]

    /// Reads every file of some folders, hidden ones too.
    init(of folders: [String], in root: URL) throws {
        for folder in folders {
            let top = root.appending(path: folder)
            for name in (FileManager.default.enumerator(atPath: top.path)?.compactMap { $0 as? String } ?? []) {
                let file = top.appending(path: name)
                guard try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true,
                    !Self.unknown.contains(file.lastPathComponent)
                else { continue }
                files["\(folder)/\(name)"] = Self.shown.contains(file.lastPathComponent) ? Data() : try Self.unmeasured(file)
            }
            // What a writer leaves beside its folder.
            for name in try FileManager.default.contentsOfDirectory(atPath: top.deletingLastPathComponent().path)
            where [".partial", ".old", ".previous"].contains(where: name.contains) {
                files["beside \(folder): \(name)"] = Data()
            }
        }
    }

    private static func unmeasured(_ file: URL) throws -> Data {
        let data = try Data(contentsOf: file)
        switch file.pathExtension {
        case "json": return try stripped(data)
        case "jsonl": return try data.split(separator: UInt8(ascii: "\n")).map { try stripped(Data($0)) }.reduce(Data(), +)
        default: return data
        }
    }

    private static func stripped(_ json: Data) throws -> Data {
        func strip(_ value: Any) -> Any {
            switch value {
            case let object as [String: Any]:
                object.filter { !measured.contains($0.key) }.mapValues(strip)
            case let array as [Any]: array.map(strip)
            default: value
            }
        }
        return try JSONSerialization.data(
            withJSONObject: strip(JSONSerialization.jsonObject(with: json, options: .fragmentsAllowed)),
            options: [.sortedKeys, .fragmentsAllowed])
    }

    /// Expects the same contents and names the files that differ, are missing or too many.
    func expect(
        _ other: Contents, _ comment: Comment? = nil, of isCompared: (String) -> Bool = { _ in true },
        at location: SourceLocation = #_sourceLocation
    ) {
        let names = Set(files.keys).union(other.files.keys).filter(isCompared)
        let differences = names.filter { files[$0] != other.files[$0] }.sorted()
        #expect(!names.isEmpty, sourceLocation: location)
        #expect(differences == [], comment, sourceLocation: location)
    }
}

/// A shop whose stages can be done undisturbed and then again under difficulties, at the same paths.
struct TriedShop {
    /// A stage as its user calls it.
    struct Stage: CustomTestStringConvertible, Sendable {
        let name: String
        let arguments: [String]
        /// The folders it makes.
        let outputs: [String]
        /// What is there when it is done, for one that then refuses to do it again; nil for the others.
        var whole: String?
        var testDescription: String { name }
    }

    static let generate = Stage(
        name: "generate",
        arguments: [
            "data", "generate", "made", "--items", "150", "--users", "100", "--picture-size", "48", "--new-items", "0.1",
        ],
        outputs: ["made"], whole: "made")
    static let importing = Stage(
        name: "import",
        arguments: [
            "data", "import", "imported", "--form", "iisan", "--interactions", "world/users.tsv", "--items", "world/items.tsv",
            "--pictures", "world/pictures",
        ], outputs: ["imported"], whole: "imported")
    static let encode = Stage(name: "encode", arguments: ["encode", "config.yaml"], outputs: ["states"])
    static let merge = Stage(name: "merge", arguments: ["encode", "config.yaml", "--merge", "3"], outputs: ["states"])
    static let train = Stage(name: "train", arguments: ["train", "config.yaml"], outputs: ["runs/iisan"])
    static let run = Stage(name: "run", arguments: ["run", "config.yaml"], outputs: ["dataset", "states", "runs/iisan"])
    static let study = Stage(name: "study", arguments: ["compare", "study.yaml"], outputs: ["runs/study"])
    static let lists = Stage(
        name: "lists", arguments: ["recommend", "runs/iisan", "--all", "--output", "lists/all.tsv"], outputs: ["lists"],
        whole: "lists/all.tsv")
    static let stages = [generate, importing, encode, merge, train, run, study, lists].filter {
        Torture.stages.isEmpty || Torture.stages.contains($0.name)
    }

    let shop: SmallShop
    var folder: URL { shop.folder }

    /// Makes the raw files; nothing is imported.
    init(_ folder: URL, items: Int = 100) throws {
        shop = try SmallShop(folder, items: items, users: 60)
        try Data(
            """
            study: compare
            base: config.yaml
            folder: runs/study
            seeds: [1]
            variants:
              - {name: iisan}
              - {name: id, set: {train.method: id}}

            """.utf8
        ).write(to: folder.appending(path: "study.yaml"))
    }

    /// Makes what a stage needs from the stages before it.
    func prepare(_ stage: Stage) throws {
        let before: [Stage] =
            switch stage.name {
            case "encode", "merge": [Self.run]
            case "train", "study", "lists": [Self.run]
            default: []
            }
        for earlier in before { try finish(earlier) }
        if stage.name == Self.merge.name {
            try FileManager.default.removeItem(at: folder.appending(path: "states"))
            for part in 1...3 {
                try finish(
                    Stage(name: "part", arguments: ["encode", "config.yaml", "--part", "\(part)/3"], outputs: ["states"]))
            }
            try FileManager.default.moveItem(at: folder.appending(path: "states"), to: folder.appending(path: "parts"))
        }
        try reset(stage)
    }

    /// Does a stage undisturbed; it has to succeed.
    func finish(_ stage: Stage) throws {
        let outcome = try CommandLine.run(stage.arguments, in: folder)
        guard outcome.code == 0 else { throw Trouble("\(stage.name) ended with \(outcome.code): \(outcome.errors)") }
    }

    /// Removes what a stage made.
    func reset(_ stage: Stage) throws {
        for output in stage.outputs { try? FileManager.default.removeItem(at: folder.appending(path: output)) }
        if stage.name == Self.merge.name {
            try FileManager.default.copyItem(at: folder.appending(path: "parts"), to: folder.appending(path: "states"))
        }
        guard stage.name == Self.lists.name else { return }
        // A file is not put where there is no folder; and what the first answer keeps of the run is made again.
        try? FileManager.default.removeItem(at: folder.appending(path: "runs/iisan/served.safetensors"))
        try FileManager.default.createDirectory(at: folder.appending(path: "lists"), withIntermediateDirectories: true)
    }

    func contents(_ stage: Stage) throws -> Contents { try Contents(of: stage.outputs, in: folder) }
}

/// Why a tried shop could not be made.
struct Trouble: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
