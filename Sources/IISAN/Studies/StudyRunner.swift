import Files
package import Foundation

/// What does the steps of a study.
public protocol StudyRunner {
    /// Does a step.
    ///
    /// - Throws: ``UserError`` when the step fails, and the study continues with others; `CancellationError` when told to stop, and the same
    ///   step continues from there.
    func perform(_ step: StudyStep, observer: Pipeline.Observer) throws
}

/// Does steps in this process.
///
/// The peak memory of a run then counts what earlier runs left behind on a processor; ``ProcessRunner`` measures each run alone.
public struct InProcessRunner: StudyRunner {
    /// Makes a runner.
    public init() {}

    /// Does a step.
    public func perform(_ step: StudyStep, observer: Pipeline.Observer) throws { try step.perform(observer) }
}

/// One training, or one measurement of its cost, of a study.
package struct StudyRun: Sendable, Equatable {
    /// The variant's name.
    package var variant: String
    /// The seed.
    package var seed: UInt64
    /// Whether only the cost of some steps is measured.
    package var isMeasurement: Bool
    /// Its effective settings.
    package var configuration: Configuration

    /// The run's folder.
    package var folder: RunDirectory { RunDirectory(URL(filePath: configuration.train.run)) }
    /// What messages call it, as in `lora/seed-42`.
    package var name: String { "\(variant)/\(folder.folder.lastPathComponent)" }
}

/// Does each step in a process of its own, `iisan study-step`: its peak memory is its own, and when the system ends it because
/// memory runs out, the study continues.
///
/// The process inherits the environment and standard error. It stops at a safe point when its standard input ends, so also when this
/// process is killed.
package struct ProcessRunner: StudyRunner {
    /// The `iisan` command.
    package let executable: URL

    /// Names the command; by default the running program.
    package init(_ executable: URL? = nil) {
        #if os(Linux)
            let this = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        #else
            let this = Bundle.main.executableURL ?? URL(filePath: ProcessInfo.processInfo.arguments[0])
        #endif
        self.executable = executable ?? this
    }

    /// Seconds between two looks at whether to stop.
    private static let interval = 0.05

    /// Where a step that fails says why: beside its settings.
    static func failure(of step: StudyStep) -> URL { step.file.deletingPathExtension().appendingPathExtension("failure") }

    /// Does a step.
    package func perform(_ step: StudyStep, observer: Pipeline.Observer) throws {
        let failure = Self.failure(of: step)
        try Folder.make(step.file.deletingLastPathComponent())
        try AtomicFile.write(step.configuration.yaml, to: step.file)
        try? FileManager.default.removeItem(at: failure)
        let process = Process()
        process.executableURL = executable
        process.arguments = ["study-step", step.work.rawValue, step.file.path]
        let input = Pipe()
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        do { try process.run() } catch {
            throw UserError("could not be started: \(error.localizedDescription)", at: executable.path)
        }
        var isTold = false
        while process.isRunning {
            Thread.sleep(forTimeInterval: Self.interval)
            if !isTold, observer.stop.isRequested {
                try? input.fileHandleForWriting.close()
                isTold = true
            }
        }
        switch (process.terminationReason, process.terminationStatus) {
        case (.exit, 0): return
        case (.exit, 130), (.exit, 143): throw CancellationError()
        case (.uncaughtSignal, let signal):
            throw UserError(
                "was ended by signal \(signal)", at: step.file.path,
                remedy: signal == SIGKILL
                    ? "The system does so when memory runs out: give it smaller batches, or train.fine_tuning.checkpointing."
                    : nil)
        case (_, let code):
            let reason = (try? String(contentsOf: failure, encoding: .utf8)) ?? "ended with code \(code)"
            throw UserError(reason)
        }
    }
}
