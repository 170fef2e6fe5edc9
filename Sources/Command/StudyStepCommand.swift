import ArgumentParser
import Foundation
import IISAN
import Owned

/// `iisan study-step`: one step of a study, started by the study itself.
struct StudyStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study-step", abstract: "Do one step of a study; studies start this themselves.", shouldDisplay: false)

    @Argument(help: "prepare or run.")
    var work: StudyStep.Work

    @Argument(help: "The step's settings.", completion: .file())
    var file: String

    /// Seconds to wait for a step of a killed study that has not yet come to its safe point.
    private static let patience = 60.0

    func run() throws {
        let url = URL(filePath: file)
        let observer = Console(stoppable: true).observer
        Self.watchInput(observer.stop)
        do {
            let lock = try Self.lock(url.deletingLastPathComponent())
            let step = StudyStep(work, try Configuration(url), file: url)
            try step.perform(observer)
            withExtendedLifetime(lock) {}
        } catch let error where !(error is CancellationError) {
            try AtomicFile.write("\(error)", to: url.deletingPathExtension().appendingPathExtension("failure"))
            throw error
        }
    }

    /// Asks to stop when standard input ends: when whoever started this process closes it or is no more.
    private static func watchInput(_ stop: StopToken) {
        Thread.detachNewThread {
            var byte: UInt8 = 0
            while read(STDIN_FILENO, &byte, 1) > 0 {}
            stop.request()
        }
    }

    private static func lock(_ folder: URL) throws -> FolderLock {
        let file = folder.appending(path: "lock")
        let end = Date(timeIntervalSinceNow: patience)
        while Date() < end {
            if let lock = try? FolderLock(file, of: folder) { return lock }
            Thread.sleep(forTimeInterval: 0.2)
        }
        return try FolderLock(file, of: folder)
    }
}

extension StudyStep.Work: ExpressibleByArgument {}
