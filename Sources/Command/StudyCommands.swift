import Files
import ArgumentParser
import Foundation
import IISAN
import Owned

/// The file of a study, and how its result is printed.
struct StudyCommandOptions: ParsableArguments {
    @Argument(help: "The study's file (YAML).", completion: .file(extensions: ["yaml", "yml"]))
    var file: String

    @OptionGroup var output: OutputOptions

    @Option(
        help:
            "Runs at once, for a machine with cores to spare: their seconds are then those of a shared machine, but for measured steps."
    )
    var jobs = 1

    /// Does the study's steps, so many at once.
    var runner: ProcessRunner { ProcessRunner(jobs: jobs) }

    /// Checks the number of runs at once.
    func validate() throws {
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs is \(jobs), expected 1 to 1024.") }
    }

    /// Prints the result of a study; ends with code 1 where a run failed.
    func report(_ make: (URL, Pipeline.Observer) throws -> StudyResult) throws {
        let console = Console(stoppable: true)
        let result = try make(URL(filePath: file), console.observer)
        try output.format.print(result, text: result.text)
        if !result.isWhole { throw ExitCode(1) }
    }
}

/// The verb of a kind of study, as in `iisan ablate`.
struct StudyCommand<Form: StudyForm>: ParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: Form.verb, abstract: Form.abstract, discussion: Form.discussion)
    }

    @OptionGroup var study: StudyCommandOptions

    func validate() throws {
        if !Form.makesRuns, study.jobs > 1 { throw ValidationError("--jobs: this study makes no runs.") }
    }

    func run() throws {
        try study.report { try Form(file: $0).result($0, using: study.runner, observer: $1) }
    }
}

/// `iisan compare`, which has options of its own.
struct CompareCommand: ParsableCommand {
    static var configuration: CommandConfiguration { StudyCommand<CompareStudy>.configuration }

    @OptionGroup var study: StudyCommandOptions

    @Option(help: "Only these variants or methods, with commas between them.")
    var methods = ""

    @Option(help: "Methods that run encoders in every step are not trained, only timed on so many steps.")
    var measureSteps: Int?

    func run() throws {
        let names = methods.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        try study.report {
            try CompareStudy(file: $0).plan($0, methods: names, measuredSteps: measureSteps).run(
                using: study.runner, observer: $1)
        }
    }
}

extension StudyForm {
    /// The verb of this kind of study.
    static var command: any ParsableCommand.Type {
        self == CompareStudy.self ? CompareCommand.self : StudyCommand<Self>.self
    }
}

/// `iisan study-step`: one step of a study, started by the study itself.
struct StudyStepCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study-step", abstract: "Do one step of a study; studies start this themselves.", shouldDisplay: false)

    @Argument(help: "prepare or run.")
    var work: StudyStep.Work

    @Argument(help: "The step's settings.", completion: .file())
    var file: String

    /// Seconds to wait for a step of a killed study that has not yet reached its safe point.
    private static let patience = 60.0

    func run() throws {
        let url = URL(filePath: file)
        let observer = Console(stoppable: true).observer
        Interrupt.watchInput(observer.stop)
        do {
            let lock = try Self.lock(url)
            let step = StudyStep(work, try Configuration(url), file: url)
            try step.perform(observer)
            withExtendedLifetime(lock) {}
        } catch let error where !(error is CancellationError) {
            try AtomicFile.write("\(error)", to: url.deletingPathExtension().appendingPathExtension("failure"))
            throw error
        }
    }

    private static func lock(_ step: URL) throws -> FolderLock {
        let file = step.deletingPathExtension().appendingPathExtension("lock")
        let folder = step.deletingLastPathComponent()
        let end = Date(timeIntervalSinceNow: patience)
        while Date() < end {
            if let lock = try? FolderLock(file, of: folder) { return lock }
            Thread.sleep(forTimeInterval: 0.2)
        }
        return try FolderLock(file, of: folder)
    }
}

extension StudyStep.Work: ExpressibleByArgument {}
