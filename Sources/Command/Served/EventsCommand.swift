import ArgumentParser
import Files
import Foundation
import IISAN

/// `iisan events`: what users did, as a served run keeps it.
struct EventsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "Take recorded events into a run that is served.", subcommands: [Import.self])

    /// `iisan events import`.
    struct Import: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take the events of a file, an event a line.",
            discussion: """
                A line is {"user": "u1", "item": "12", "type": "view", "time": "2026-11-27T10:00:00Z", "id": "e1"}; type is view and time is \
                now where they are left out. The same twice is taken once. The running server of the run is asked; where none runs, one is \
                opened for this command alone.

                  iisan events import runs/demo events.jsonl
                """)

        @OptionGroup var run_: RunOptions

        @Argument(help: "The file; it may be packed with gzip.", completion: .file())
        var file: String

        @OptionGroup var output: OutputOptions

        /// Lines that are sent together, and taken all or none.
        private static let together = 10_000

        /// What became of the events.
        struct Taken: Codable, Sendable {
            var accepted = 0
            var duplicates = 0
            /// Lines that are no events, with what is wrong.
            var failed: [String] = []
        }

        func run() throws {
            let taken = try Blocking.wait { [run_, file, stop = Console(stoppable: true).observer.stop] in
                // Before a run is opened: a file that is not there is told at once.
                _ = try LineReader(URL(filePath: file))
                return try await ServerClient.with(run_.url) { try await Self.send(file, to: $0, stop) }
            }
            try output.format.print(
                taken, text: "\(taken.accepted) events are new, \(taken.duplicates) were there already")
            guard let first = taken.failed.first else { return }
            throw UserError(
                "\(taken.failed.count) lines are no events; all others were taken", at: first,
                remedy: "Mend them and import the file again: what is there already is not taken twice.")
        }

        private static func send(_ file: String, to client: ServerClient, _ stop: StopToken) async throws -> Taken {
            struct Answer: Decodable {
                struct Failed: Decodable {
                    struct Content: Decodable { var message: String }
                    var entry: Int
                    var error: Content
                }
                var accepted: Int
                var duplicates: Int
                var failed: [Failed]
            }
            let reader = try LineReader(URL(filePath: file))
            var taken = Taken()
            var number = 0
            while true {
                try stop.check()
                var (lines, numbers): (Data, [Int]) = (Data(), [])
                while numbers.count < together, lines.count < 8_000_000, let line = try reader.line() {
                    number += 1
                    if line.allSatisfy({ [9, 13, 32].contains($0) }) { continue }
                    lines.append(contentsOf: line)
                    lines.append(UInt8(ascii: "\n"))
                    numbers.append(number)
                }
                if numbers.isEmpty { return taken }
                let answer: Answer = try await client.json("POST", "v1/events", lines, type: "application/x-ndjson")
                taken.accepted += answer.accepted
                taken.duplicates += answer.duplicates
                taken.failed += answer.failed.map { "\(file):\(numbers[$0.entry - 1]): \($0.error.message)" }
            }
        }
    }
}
