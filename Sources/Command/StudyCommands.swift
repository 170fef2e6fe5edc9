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

    /// Makes the study and prints its result.
    ///
    /// - Parameter jobs: runs at once.
    func run(jobs: Int, _ plan: (URL) throws -> Study) throws {
        guard (1...1024).contains(jobs) else { throw ValidationError("--jobs is \(jobs), expected 1 to 1024.") }
        try report { try plan($0).run(using: ProcessRunner(jobs: jobs), observer: $1) }
    }

    /// Prints the result of a study; ends with code 1 where a run failed.
    func report(_ make: (URL, Pipeline.Observer) throws -> StudyResult) throws {
        let console = Console(stoppable: true)
        let result = try make(URL(filePath: file), console.observer)
        try output.format.print(result, text: result.text)
        if !result.isWhole { throw ExitCode(1) }
    }
}

/// How many runs of a study are made at once.
struct JobsOption: ParsableArguments {
    @Option(
        help: "Runs at once, for a machine with cores or an accelerator to spare: their seconds are then those of a shared machine.")
    var jobs = 1
}

/// `iisan compare`: methods against each other.
struct CompareCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Train methods with several seeds and set quality and cost side by side.",
        discussion: """
            Runs that are there already, with the same settings and data, are kept: a study that was stopped or killed goes on with \
            the same command. Each run has a process of its own. Writes study.json and report.html into the study's folder.

              iisan compare study.yaml
              iisan compare study.yaml --methods iisan,lora --measure-steps 20
            """)

    @OptionGroup var study: StudyCommandOptions

    @OptionGroup var jobs: JobsOption

    @Option(help: "Only these variants or methods, with commas between them.")
    var methods = ""

    @Option(help: "Methods that run encoders in every step are not trained, only timed on so many steps.")
    var measureSteps: Int?

    func run() throws {
        let names = methods.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        try study.run(jobs: jobs.jobs) { try CompareStudy(file: $0).plan($0, methods: names, measuredSteps: measureSteps) }
    }
}

/// `iisan ablate`: what each part of IISAN is worth.
struct AblateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ablate",
        abstract: "Change one part of IISAN at a time and set it beside the base.",
        discussion: """
            Towers, kept layers, gates, dimension transformation, bottleneck, activation, cached or live encoders. A study that was \
            stopped goes on with the same command.

              iisan ablate study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    @OptionGroup var jobs: JobsOption

    func run() throws { try study.run(jobs: jobs.jobs) { try AblateStudy(file: $0).plan($0) } }
}

/// `iisan scale`: quality against the size of the encoders.
struct ScaleCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Train with every text encoder and every image encoder, and set quality against their size.",
        discussion: """
            Each encoder has a store of its own in the study's folder, made once. A study that was stopped goes on with the same \
            command.

              iisan scale study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    @OptionGroup var jobs: JobsOption

    func run() throws { try study.run(jobs: jobs.jobs) { try ScaleStudy(file: $0).plan($0) } }
}

/// `iisan robustness`: a trained run on changed items.
struct RobustnessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "robustness",
        abstract: "Rank with a trained run when titles and pictures are missing or spoilt.",
        discussion: """
            Nothing is trained: changed items are encoded again beside the run's stores, which stay as they are. A study that was \
            stopped goes on with the same command.

              iisan robustness study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    func run() throws { try study.report { try RobustnessStudy(file: $0).result($0, $1) } }
}

/// `iisan tune`: settings searched by validation.
struct TuneCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Search settings by validation; the test targets are ranked for the chosen ones alone.",
        discussion: """
            Prints the chosen settings as --set lines and writes them as best.yaml into the study's folder. A study that was stopped \
            goes on with the same command.

              iisan tune study.yaml
            """)

    @OptionGroup var study: StudyCommandOptions

    @OptionGroup var jobs: JobsOption

    func run() throws { try study.run(jobs: jobs.jobs) { try TuneStudy(file: $0).plan($0) } }
}

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
            let lock = try Self.lock(url)
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
