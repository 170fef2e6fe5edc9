import Files
package import Foundation
import Owned
package import Serving

extension Pipeline {
    /// Writes the run's item vectors for another program into a folder, which is there whole or not at all.
    ///
    /// - Parameters:
    ///   - users: whether the vectors of all users of the dataset are written too, each after its whole history.
    ///   - replacing: whether an older export there is replaced.
    /// - Throws: ``UserError`` when the run cannot be opened or has no vectors, or something else is in the folder; `CancellationError`
    ///   when told to stop, and nothing is then left behind.
    package func export(_ form: ExportForm, to folder: URL, users: Bool = false, replacing: Bool = false) throws {
        let place = try OwnedFolder(.export, at: folder, for: replacing ? .replacing : .making, apart: [run.folder])
        let export = try VectorExport(try served(), as: form)
        for (part, weight) in export.leftOut.sorted(by: { $0.key < $1.key }) {
            observer.onMessage(
                "export: \(part), with the weight \(String(format: "%.2f", weight)) in the run's score, is no inner product and is in no "
                    + "vector: what ranks by the vectors alone ranks by the other parts")
        }
        try place.create {
            try export.write(to: $0, users: users, progress: observer.onProgress, stop: observer.stop)
        }
        let card = export.card
        observer.onMessage("export: \(card.items) vectors of \(card.width) numbers, to be compared by the inner product")
    }
}
