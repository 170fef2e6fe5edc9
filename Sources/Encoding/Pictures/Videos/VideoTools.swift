import Files
import Foundation

/// The programs `ffprobe` and `ffmpeg`, called without a shell, on local files alone, for a limited time.
struct VideoTools: Sendable {
    /// What is wrong with a video.
    struct Problem: Error {
        let text: String
    }

    private let probe: URL
    private let convert: URL

    /// Seconds that a call may take.
    private static let limit = 60.0
    /// Bytes of a frame, and of what a program says.
    private static let most = 32 << 20

    /// Finds the programs.
    ///
    /// - Throws: ``UserError`` where one is not on the path.
    init() throws {
        func find(_ name: String) throws -> URL {
            guard let found = Self.find(name) else {
                throw UserError(
                    "the program \(name), which reads videos, is not to be found",
                    remedy: "Install it (apt-get install ffmpeg, brew install ffmpeg), or give frames as pictures.")
            }
            return found
        }
        (probe, convert) = (try find("ffprobe"), try find("ffmpeg"))
    }

    /// The program of a name on the path.
    static func find(_ name: String) -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// The seconds of a video.
    func duration(of video: URL, in work: URL, _ stop: StopToken) throws -> Double {
        let said = try run(
            probe,
            [
                "-v", "error", "-protocol_whitelist", "file", "-select_streams", "v:0", "-show_entries", "format=duration",
                "-of",
                "default=noprint_wrappers=1:nokey=1", video.path,
            ], in: work, stop)
        let text = String(decoding: said, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard let seconds = Double(text), seconds.isFinite, seconds > 0 else { throw Problem(text: "has no duration") }
        return seconds
    }

    /// The frame at a time, as JPEG.
    func frame(of video: URL, at seconds: Double, in work: URL, _ stop: StopToken) throws -> Data {
        // A name of our own: one of the user's could mean a pattern.
        let output = work.appending(path: "frame.jpg")
        unlink(output.path)
        _ = try run(
            convert,
            [
                "-nostdin", "-v", "error", "-max_alloc", "1000000000", "-protocol_whitelist", "file", "-ss",
                String(format: "%.3f", seconds),
                "-i", video.path, "-map", "0:v:0", "-frames:v", "1", "-vf", "scale='min(1024,iw)':-2", "-q:v", "2", "-f",
                "image2",
                "-update", "1", "-y", "frame.jpg",
            ], in: work, stop)
        guard let data = try? Data(contentsOf: output), data.starts(with: [0xFF, 0xD8]), data.count <= Self.most else {
            throw Problem(text: "has no frame at \(String(format: "%.1f", seconds)) s")
        }
        return data
    }

    /// Runs a program and gives what it prints.
    ///
    /// - Throws: ``Problem`` with the program's own words when it fails or takes too long; `CancellationError` when told to stop.
    private func run(_ program: URL, _ arguments: [String], in work: URL, _ stop: StopToken) throws -> Data {
        let process = Process()
        process.executableURL = program
        process.arguments = arguments
        process.currentDirectoryURL = work
        process.standardInput = FileHandle.nullDevice
        // Files and not pipes: a program that prints without end fills no memory of ours and never waits.
        let (said, errors) = (work.appending(path: "said"), work.appending(path: "errors"))
        for file in [said, errors] { try AtomicFile.write("", to: file) }
        process.standardOutput = try FileHandle(forWritingTo: said)
        process.standardError = try FileHandle(forWritingTo: errors)
        let ended = DispatchSemaphore(value: 0)
        process.terminationHandler = { _ in ended.signal() }
        do { try process.run() } catch {
            throw UserError("could not be started: \(error.localizedDescription)", at: program.path)
        }
        let start = Date()
        while ended.wait(timeout: .now() + 0.05) == .timedOut {
            let isLate = Date().timeIntervalSince(start) > Self.limit
            guard isLate || stop.isRequested else { continue }
            kill(process.processIdentifier, SIGKILL)
            ended.wait()
            try stop.check()
            throw Problem(text: "took more than \(Int(Self.limit)) s")
        }
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            let words = Self.start(of: errors).split(separator: "\n").last.map(String.init) ?? "could not be read"
            throw Problem(text: words.replacing(work.path, with: "").onOneLine)
        }
        return Data(Self.start(of: said).utf8)
    }

    /// The first 64 KiB of a file as text.
    private static func start(of file: URL) -> String {
        let handle = try? FileHandle(forReadingFrom: file)
        defer { try? handle?.close() }
        return String(decoding: (try? handle?.read(upToCount: 1 << 16)) ?? Data(), as: UTF8.self)
    }
}
