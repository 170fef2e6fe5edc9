import ArgumentParser
import Datasets
import Files
import Foundation
import IISAN
import Server

/// `iisan data append`: what a server has recorded becomes part of a dataset.
struct AppendCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "append",
        abstract: "Add recorded events and new items to a dataset, as a new version of it.",
        discussion: """
            --from names what a server keeps beside its run (RUN.served), or a file with an event a line: \
            {"user": "u1", "item": "12", "type": "view", "time": "2026-11-27T10:00:00Z", "id": "e1"}. Times are RFC 3339, or seconds or \
            milliseconds since 1970. The same twice adds nothing: an event of the same user, item and time is there already, and of a \
            server only what came since the last time is read. A server may go on meanwhile.

              iisan data append dataset --from runs/demo.served
              iisan run config.yaml

            iisan run then encodes the new items alone, and trains, evaluates and reports.
            """)

    @Argument(help: "The dataset directory.", completion: .directory)
    var folder: String

    @Option(
        help: ArgumentHelp("A server's folder, a postgres:// address, or a file of events.", valueName: "path"),
        completion: .file())
    var from: String

    @Option(
        help: ArgumentHelp("The folder of the items' pictures, for a database that servers share.", valueName: "folder"),
        completion: .directory)
    var pictures: String?

    @Option(help: ArgumentHelp("Kinds of events that count, with commas between them; left out, all do.", valueName: "kinds"))
    var kinds: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        let observer = Console(stoppable: true).observer
        // Before what may be much is read.
        _ = try Dataset.open(URL(filePath: folder))
        let kinds = kinds.map { $0.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } }
        let pictures = pictures.map { URL(filePath: $0) }
        let recorded = try Blocking.wait { [from, folder, stop = observer.stop] in
            try await RecordedPart(from, pictures: pictures, for: URL(filePath: folder), kinds: kinds, stop: stop)
        }
        let report = try recorded.append.run(to: URL(filePath: folder), note: recorded.note, stop: observer.stop)
        try output.format.print(report, text: Self.text(report))
    }

    private static func text(_ report: DatasetAppend.Report) -> String {
        """
        \(report.interactions) interactions, \(report.newUsers) users and \(report.newItems) items are new; \(report.changedItems) items \
        have changed
        \(report.known) events were there already, \(report.unknownItems) are of items that nobody knows
        """
    }
}
