import ArgumentParser
import Foundation
import IISAN

/// `iisan report`: pictures of runs.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Draw report.html, curves.svg, table.md and table.csv of a run, beside other runs when they are named.",
        discussion: "The first run is the one the report is about; the files go into its folder, or into --output.")

    @Argument(help: "The runs' folders.", completion: .directory)
    var runs: [String]

    @Option(help: "The folder for the files.", completion: .directory)
    var output: String?

    func run() throws {
        guard let first = runs.first else { throw ValidationError("Name at least one run.") }
        let pipeline = try Pipeline(run: URL(filePath: first), observer: Console().observer)
        let file = try pipeline.report(
            beside: runs.dropFirst().map { RunDirectory(URL(filePath: $0)) }, to: output.map { URL(filePath: $0) })
        print(file.path)
    }
}
