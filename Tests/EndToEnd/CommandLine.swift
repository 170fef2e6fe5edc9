import Foundation
import Testing

/// Runs the built command as a user would.
struct CommandLine {
    /// What came of a call.
    struct Outcome {
        let code: Int32
        let output: String
        let errors: String
    }

    /// The repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Runs `iisan` with arguments in a folder; `program` is another copy of it.
    ///
    /// Output goes to files of the system's temporary folder, which never fill up as pipes do.
    @discardableResult
    static func run(
        _ arguments: [String], in folder: URL, program: URL? = nil, environment: [String: String] = [:]
    ) throws -> Outcome {
        let files = ["output", "errors"].map {
            FileManager.default.temporaryDirectory.appending(path: "iisan-\($0)-\(UUID().uuidString)")
        }
        for file in files { try Data().write(to: file) }
        defer { for file in files { try? FileManager.default.removeItem(at: file) } }
        let process = Process()
        process.executableURL = try program ?? executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: files[0])
        process.standardError = try FileHandle(forWritingTo: files[1])
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
            .merging(environment) { $1 }
        try process.run()
        process.waitUntilExit()
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Outcome(code: process.terminationStatus, output: texts[0], errors: texts[1])
    }

    /// Starts `iisan` in a folder; what it prints is dropped, but for errors where a file takes them.
    static func start(
        _ arguments: [String], in folder: URL, errors: URL? = nil, environment: [String: String] = [:]
    ) throws -> Process {
        let process = Process()
        process.executableURL = try executable()
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        if let errors { try Data().write(to: errors) }
        process.standardError = try errors.map { try FileHandle(forWritingTo: $0) } ?? FileHandle.nullDevice
        process.environment = ProcessInfo.processInfo.environment.merging(["OMP_NUM_THREADS": "1"]) { $1 }
            .merging(environment) { $1 }
        try process.run()
        return process
    }

    /// The command that `IISAN_COMMAND` names, such as that of a release build, else the one beside the test bundle.
    static func executable() throws -> URL {
        if let named = ProcessInfo.processInfo.environment["IISAN_COMMAND"] { return URL(filePath: named) }
        var folder = URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
        while folder.path != "/" {
            let candidate = folder.appending(path: "iisan")
            if FileManager.default.isExecutableFile(atPath: candidate.path) { return candidate }
            folder.deleteLastPathComponent()
        }
        return try #require(nil as URL?, "the iisan command was not built")
    }
}
