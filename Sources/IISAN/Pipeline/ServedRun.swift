public import Foundation
package import Serving

/// A trained run that answers from any task, while items change and other runs take its place.
///
/// Its tensors live on threads of its own; what goes in and comes out are values. Questions that wait at the same time are answered
/// together.
public final class ServedRun: Sendable {
    /// What answers.
    package let service: ModelService

    /// Opens a run.
    ///
    /// - Parameter overrides: settings in place of the run's, as in `data.dataset=elsewhere`.
    /// - Throws: ``UserError`` when the folder is no run, is not trained, or its dataset or stores are others than those it was trained with.
    public init(_ run: URL, overrides: [String] = []) async throws {
        service = try await ModelService(Self.opening(run, overrides))
    }

    private static func opening(_ run: URL, _ overrides: [String]) -> ModelService.Opening {
        ModelService.Opening {
            try Pipeline(run: run, overrides: overrides).served()
        } encoder: {
            try Pipeline(run: run, overrides: overrides).itemEncoder()
        }
    }

    /// The best items for histories of item ids.
    ///
    /// - Parameters:
    ///   - histories: ids, oldest first; the newest that fit the user encoder are seen.
    ///   - top: how many items per history.
    ///   - keepingSeen: whether items of the history may be recommended again; not by default.
    /// - Throws: ``UserError`` for an empty history, for an id that no item has, when as many questions wait as may, and when memory runs
    ///   out; `CancellationError`.
    public func recommend(
        _ histories: [[String]], top: Int = 10, keepingSeen: Bool = false
    ) async throws -> [[Recommendation]] {
        let questions = histories.map { history in
            var question = Question(history)
            (question.top, question.keepSeen) = (top, keepingSeen)
            return question
        }
        var lists: [[Recommendation]] = []
        for answer in try await service.answers(to: questions) {
            do {
                let answer = try answer.get()
                if answer.isPopularity { throw ServedModel.emptyHistory }
                if let id = answer.ignored.first { throw try await service.ask { $0.noItem(id) } }
                lists.append(answer.items)
            } catch let refusal as Refusal { throw refusal.error }
        }
        return lists
    }

    /// Adds an item that came after training, or changes the one with its id, which the next answer knows.
    ///
    /// - Parameters:
    ///   - title: its title; nil where it has none.
    ///   - picture: the file of its picture; nil where it has none.
    /// - Throws: an error that says why the method, or the item, will not do; `CancellationError`.
    public func add(_ id: String, title: String?, picture: URL? = nil) async throws {
        _ = try await service.put(NewItem(id: id, title: title, picture: picture?.path))
    }

    /// Removes an item from all answers to come.
    ///
    /// - Throws: an error where no item has the id.
    public func remove(_ id: String) async throws { _ = try await service.remove(id) }

    /// Answers from another run from now on, which is opened while this one goes on; items that were added or removed stay so.
    ///
    /// - Throws: ``UserError`` as opening it does, and where it cannot take the items that were added; this run then goes on.
    public func swap(to run: URL, overrides: [String] = []) async throws {
        _ = try await service.swap(to: Self.opening(run, overrides))
    }
}
