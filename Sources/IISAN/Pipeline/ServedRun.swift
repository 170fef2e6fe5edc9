public import Foundation
package import Serving

/// A trained run that answers from any task.
///
/// Its tensors live on one thread of its own; what goes in and comes out are values.
public actor ServedRun {
    private let executor = ThreadExecutor(name: "served run")
    /// Made on the thread, so after all else is initialised; there from then on.
    private var model: ServedModel!

    /// The thread that all of its work is done on.
    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens a run and computes the vectors of its catalogue.
    ///
    /// - Parameter overrides: settings in place of the run's, as in `data.dataset=elsewhere`.
    /// - Throws: ``UserError`` when the folder is no run, is not trained, or its dataset or stores are others than those it was trained with.
    public init(_ run: URL, overrides: [String] = []) async throws {
        model = try Pipeline(run: run, overrides: overrides).served()
        try model.prepare()
    }

    /// The best items for histories of item ids.
    ///
    /// - Parameters:
    ///   - histories: ids, oldest first; the newest that fit the user encoder are seen.
    ///   - top: how many items per history.
    ///   - keepingSeen: whether items of the history may be recommended again; not by default.
    /// - Throws: ``UserError`` for an empty history, for an id that the dataset does not have, and when memory runs out.
    public func recommend(_ histories: [[String]], top: Int = 10, keepingSeen: Bool = false) throws -> [[Recommendation]] {
        try model.recommend(histories, top: top, keepingSeen: keepingSeen)
    }
}
