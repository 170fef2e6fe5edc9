import ArgumentParser
import Foundation
import IISAN

/// `iisan doctor`: says what this machine has and what could be better.
struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look at LibTorch, threads, devices, memory and disk, and say what could be better.",
        discussion: "The exit code is 1 when something cannot work as it is.")

    @Argument(help: "The working folder; its disk is examined.", completion: .directory)
    var folder = "."

    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = Doctor.examine(folder: URL(filePath: folder))
        try output.format.print(report, text: report.text)
        if report.hasProblem { throw ExitCode(1) }
    }
}
