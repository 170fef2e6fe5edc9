import ArgumentParser
import Foundation
import IISAN
import Metrics

/// `iisan report`: pictures of runs.
struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Draw report.html, curves.svg, table.md and table.csv of runs, each by itself or side by side.",
        discussion: """
            With --compare the first run is the one the report is about; the others stand beside it in tables and curves, and are \
            compared with it user by user. The files go into its folder, or into --output.

              iisan report runs/iisan runs/id
              iisan report runs/iisan runs/id runs/lora --compare --output comparison
              iisan report runs/iisan runs/lora --compare --weights 0.2,0.2,0.6
            """)

    @Argument(help: "The runs' folders.", completion: .directory)
    var runs: [String]

    @Flag(help: "Put the runs side by side in one report.")
    var compare = false

    @Option(help: "With --compare: what time, parameters and memory weigh in TPME; they add up to 1.")
    var weights = "0.45,0.10,0.45"

    @Option(help: "The folder for the files of a single report.", completion: .directory)
    var output: String?

    func validate() throws {
        guard !runs.isEmpty else { throw ValidationError("Name at least one run.") }
        if output != nil, runs.count > 1, !compare {
            throw ValidationError("--output is for one report: name one run, or add --compare.")
        }
    }

    func run() throws {
        let console = Console(stoppable: true)
        let weights = try Self.weights(weights)
        let output = output.map { URL(filePath: $0) }
        for run in compare ? [runs[0]] : runs {
            let pipeline = try Pipeline(run: URL(filePath: run), observer: console.observer)
            let others = compare ? runs.dropFirst().map { RunDirectory(URL(filePath: $0)) } : []
            try Output.result(pipeline.report(beside: others, weights: weights, to: output).path)
        }
    }

    private static func weights(_ text: String) throws -> TPME.Weights {
        let numbers = text.split(separator: ",").map { Double($0.trimmingCharacters(in: .whitespaces)) }
        let known = numbers.compactMap { $0 }
        guard numbers.count == 3, known.count == 3, known.allSatisfy({ $0 >= 0 }), abs(known.reduce(0, +) - 1) < 1e-9 else {
            throw ValidationError("--weights: \"\(text)\" is not three numbers from 0 that add up to 1, as 0.45,0.10,0.45")
        }
        return TPME.Weights(time: known[0], parameters: known[1], memory: known[2])
    }
}
