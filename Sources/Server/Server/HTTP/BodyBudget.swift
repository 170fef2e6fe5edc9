import Files
import Hummingbird
import NIOCore
import Synchronization

/// The memory that the bodies of all requests under way may take together.
///
/// Bytes are counted as they arrive, so that a client which announces a large body and sends none of it takes nothing from the others. The
/// first ``free`` bytes of a body are not counted: a small request is answered however many large ones there are.
final class BodyBudget: Sendable {
    /// The bytes of each body that are not counted.
    static let free = 65_536

    private let most: Int
    private let taken = Atomic(0)
    private let refusals = Atomic(0)

    /// - Parameter most: the bytes of all bodies together at most.
    init(_ most: Int) { self.most = most }

    /// The counted bytes of the bodies that are under way.
    var bytes: Int { taken.load(ordering: .relaxed) }

    /// How many requests were refused because of the others' bodies.
    var refused: Int { refusals.load(ordering: .relaxed) }

    /// What a request takes of it.
    final class Share: Sendable {
        private let budget: BodyBudget
        private let received = Atomic(0)
        private let counted = Atomic(0)

        fileprivate init(_ budget: BodyBudget) { self.budget = budget }

        /// Takes room for bytes that have come.
        ///
        /// - Throws: ``Failure`` (429) where there is none.
        fileprivate func take(_ bytes: Int) throws {
            let all = received.add(bytes, ordering: .relaxed).newValue
            let more = min(bytes, all - BodyBudget.free)
            guard more > 0 else { return }
            counted.add(more, ordering: .relaxed)
            guard budget.taken.add(more, ordering: .relaxed).newValue > budget.most else { return }
            budget.refusals.add(1, ordering: .relaxed)
            throw Failure.passing(
                .tooManyRequests, "busy",
                UserError(
                    "the bodies of the requests that are worked on take \(budget.most) bytes already",
                    remedy: "Send it again a little later."))
        }

        /// Gives back all that was taken; the request is over.
        func giveBack() { budget.taken.subtract(counted.exchange(0, ordering: .relaxed), ordering: .relaxed) }
    }

    /// Begins a request.
    func share() -> Share { Share(self) }
}

extension Request {
    /// The request with a body that takes room of a budget as it is read.
    func counted(by share: BodyBudget.Share) -> Request {
        var request = self
        request.body = RequestBody(asyncSequence: CountedBody(body: body, share: share))
        return request
    }
}

/// A body whose bytes are counted as they are read.
private struct CountedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer

    let body: RequestBody
    let share: BodyBudget.Share

    struct AsyncIterator: AsyncIteratorProtocol {
        var body: RequestBody.AsyncIterator
        let share: BodyBudget.Share

        mutating func next() async throws -> ByteBuffer? {
            guard let part = try await body.next() else { return nil }
            try share.take(part.readableBytes)
            return part
        }
    }

    func makeAsyncIterator() -> AsyncIterator { AsyncIterator(body: body.makeAsyncIterator(), share: share) }
}
