import ArgumentParser
import Files
import Foundation
import Torch

/// `measure search`: exact search among rows of a file, for questions of another.
struct SearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Time exact searches in rows of float32, through float32 products and through codes.")

    @OptionGroup var machine: MachineOptions

    @Option(help: "A file of float32 rows, as numpy's tofile writes them.", completion: .file())
    var rows: String

    @Option(help: "A file of float32 questions; as many of the first are asked as --counts says.", completion: .file())
    var questions: String

    @Option(help: "Numbers of a row.")
    var width = 64

    @Option(help: "Rows that are looked for.")
    var top = 10

    @Option(parsing: .upToNextOption, help: "How many questions are asked together.")
    var counts = [1, 16, 64]

    @Option(help: "How often each is timed.")
    var repetitions = 9

    func run() throws {
        _ = try machine.prepare()
        let file = try MappedFile(URL(filePath: rows))
        let asked = try MappedFile(URL(filePath: questions)).withBytes { Array($0.bindMemory(to: Float.self)) }
        let clock = ContinuousClock()
        var start = clock.now
        let block = RowBlock.usualCount * width * 4
        let plain = ExactSearch(
            try stride(from: 0, to: file.bytes.count, by: block).map {
                try RowBlock(file, $0..<min(file.bytes.count, $0 + block), width: width)
            }, width: width)
        let building = (clock.now - start) / .seconds(1)
        start = clock.now
        let coded = try plain.coded()
        let coding = (clock.now - start) / .seconds(1)
        var timings: [Timing] = []
        for (name, search) in [("float32", plain), ("codes", coded)] {
            for count in counts {
                let questions = (0..<count).map { ExactSearch.Question(Array(asked[$0 * width..<($0 + 1) * width])) }
                var answers = try search.best(top, for: questions)
                let seconds = try (0..<repetitions).map { _ in
                    let start = clock.now
                    answers = try search.best(top, for: questions)
                    return (clock.now - start) / .seconds(1)
                }
                timings.append(
                    Timing(
                        pass: name, questions: count, seconds: seconds, scored: answers.scored, usedCodes: answers.usedCodes,
                        found: answers.lists.map { $0.map(\.row) }))
            }
        }
        try printJSON(
            Measured(
                threads: LibTorch.threads, instructions: LibTorch.capability, rows: plain.count, width: width,
                buildingSeconds: building, codingSeconds: coding, timings: timings))
    }

    private struct Measured: Encodable {
        let threads: Int
        let instructions: String
        let rows, width: Int
        let buildingSeconds, codingSeconds: Double
        let timings: [Timing]
    }

    private struct Timing: Encodable {
        let pass: String
        let questions: Int
        let seconds: [Double]
        let scored: Int
        let usedCodes: Bool
        let found: [[Int]]
    }
}
