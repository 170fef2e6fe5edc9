import ArgumentParser
import Foundation
import IISAN
import Serving

/// `iisan export`: item vectors for other programs.
struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a run's item vectors for NumPy, Faiss, pgvector, qdrant and others.",
        discussion: """
            A vector's inner product with a history's vector is the item's score. --users writes the vectors of all users of the \
            dataset beside them (users.npy, users.txt). Neighbours are no inner product: where a run's score has them, they are left out.

              npy       items.npy, float32 [items, width]
              fbin      items.fbin, for tools of the big-ann benchmarks and USearch
              faiss     items.faiss, an IndexFlatIP
              pgvector  items.copy for COPY in its binary form, and load.sql
              qdrant    items.ndjson, a point a line, and collection.json

            All have ids.txt, the id of each row, and export.json, what the columns are.

              iisan export runs/demo --form faiss --output vectors
            """)

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: "npy, fbin, faiss, pgvector or qdrant.")
    var form: ExportForm

    @Option(help: ArgumentHelp("The folder to make.", valueName: "folder"), completion: .directory)
    var output: String

    @Flag(help: "Write the vectors of all users of the dataset too.")
    var users = false

    @Flag(help: "Take the place of an older export.")
    var replace = false

    func run() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console(stoppable: true).observer)
        try pipeline.export(form, to: URL(filePath: output), users: users, replacing: replace)
    }
}

extension ExportForm: ExpressibleByArgument {}
