import Files
package import Foundation

/// What does the steps of a study.
public protocol StudyRunner {
    /// Does a step.
    ///
    /// - Throws: ``UserError`` when the step fails, and the study continues with others; `CancellationError` when told to stop, and the same
    ///   step continues from there.
    func perform(_ step: StudyStep, observer: Pipeline.Observer) throws

    /// Does steps of which none needs another: one after the other, unless the runner can do several at once.
    ///
    /// - Parameters:
    ///   - starting: told the place of a step that starts.
    ///   - ended: told the place of a step that ended, and why where it failed.
    /// - Throws: `CancellationError` when told to stop.
    func perform(
        _ steps: [StudyStep], observer: Pipeline.Observer, starting: (Int) -> Void, ended: (Int, UserError?) -> Void) throws
}

extension StudyRunner {
    /// Does steps one after the other.
    public func perform(
        _ steps: [StudyStep], observer: Pipeline.Observer, starting: (Int) -> Void, ended: (Int, UserError?) -> Void
    ) throws {
        for (place, step) in steps.enumerated() {
            try observer.stop.check()
            starting(place)
            do {
                try perform(step, observer: observer)
                ended(place, nil)
            } catch let error as UserError {
                ended(place, error)
            }
        }
    }
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
/// process is killed. Of steps that are done at once each writes its standard error into a file beside its settings.
package struct ProcessRunner: StudyRunner {
    /// The `iisan` command.
    package let executable: URL
    /// How many processes there are at once.
    package let jobs: Int

    /// Names the command; by default the running program.
    package init(_ executable: URL? = nil, jobs: Int = 1) {
        #if os(Linux)
            let this = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
        #else
            let this = Bundle.main.executableURL ?? URL(filePath: ProcessInfo.processInfo.arguments[0])
        #endif
        self.executable = executable ?? this
        self.jobs = max(1, jobs)
    }

    /// Seconds between two looks at what ended, and at whether to stop.
    private static let interval = 0.05

    /// Where a step that fails says why: beside its settings.
    static func failure(of step: StudyStep) -> URL { step.file.deletingPathExtension().appendingPathExtension("failure") }

    /// Does a step.
    package func perform(_ step: StudyStep, observer: Pipeline.Observer) throws {
        let process = try StepProcess(step, executable, log: nil)
        while process.isRunning {
            Thread.sleep(forTimeInterval: Self.interval)
            if observer.stop.isRequested { process.stop() }
        }
        try process.result()
    }

    /// Does steps, ``jobs`` at a time.
    package func perform(
        _ steps: [StudyStep], observer: Pipeline.Observer, starting: (Int) -> Void, ended: (Int, UserError?) -> Void
    ) throws {
        var running: [(place: Int, process: StepProcess)] = []
        var next = 0
        var isStopped = false
        while next < steps.count || !running.isEmpty {
            if observer.stop.isRequested { (isStopped, next) = (true, steps.count) }
            while running.count < jobs, next < steps.count {
                starting(next)
                let log = jobs > 1 ? steps[next].file.deletingPathExtension().appendingPathExtension("log") : nil
                do { running.append((next, try StepProcess(steps[next], executable, log: log))) } catch let error as UserError {
                    ended(next, error)
                }
                next += 1
            }
            for (place, process) in running {
                if isStopped { process.stop() }
                if process.isRunning { continue }
                running.removeAll { $0.place == place }
                do {
                    try process.result()
                    ended(place, nil)
                } catch let error as UserError {
                    ended(place, error)
                } catch is CancellationError {
                    // Whoever stops one process of a group, as Ctrl-C does, stops all.
                    (isStopped, next) = (true, steps.count)
                }
            }
            if !running.isEmpty { Thread.sleep(forTimeInterval: Self.interval) }
        }
        if isStopped { throw CancellationError() }
    }
}

/// A process that does a step of a study.
private final class StepProcess {
    private let process = Process()
    private let input = Pipe()
    private let step: StudyStep
    private var isTold = false

    /// Starts it; its standard error goes into the log where there is one.
    init(_ step: StudyStep, _ executable: URL, log: URL?) throws {
        self.step = step
        try Folder.make(step.file.deletingLastPathComponent())
        try AtomicFile.write(step.configuration.yaml, to: step.file)
        try? FileManager.default.removeItem(at: ProcessRunner.failure(of: step))
        process.executableURL = executable
        process.arguments = ["study-step", step.work.rawValue, step.file.path]
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        if let log {
            try AtomicFile.write("", to: log)
            process.standardError = try? FileHandle(forWritingTo: log)
        }
        do { try process.run() } catch {
            throw UserError("could not be started: \(error.localizedDescription)", at: executable.path)
        }
    }

    var isRunning: Bool { process.isRunning }

    /// Asks it to stop at its next safe point.
    func stop() {
        if !isTold { try? input.fileHandleForWriting.close() }
        isTold = true
    }

    /// How it ended.
    ///
    /// - Throws: ``UserError`` when the step failed; `CancellationError` when it was stopped.
    func result() throws {
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
            let failure = ProcessRunner.failure(of: step)
            throw UserError((try? String(contentsOf: failure, encoding: .utf8)) ?? "ended with code \(code)")
        }
    }
}
