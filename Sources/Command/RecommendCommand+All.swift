import Files
import Foundation
import IISAN

extension RecommendCommand {
    /// Writes or prints the lists of all users of the dataset.
    ///
    /// - Throws: ``UserError`` and `CancellationError` as ``Pipeline/writeLists(_:to:replacing:)`` does.
    func answerAllUsers() throws {
        let pipeline = try Pipeline(run: URL(filePath: folder), observer: Console(stoppable: true).observer)
        let options = Pipeline.ListOptions(top: top, form: format ?? .tsv, keepingSeen: keepSeen, newItems: newItems)
        guard let output else { return try pipeline.makeLists(options) { try Output.result($0) } }
        try pipeline.writeLists(options, to: URL(filePath: output), replacing: replace)
    }
}
