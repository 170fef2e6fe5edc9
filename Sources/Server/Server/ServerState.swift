import Files
package import Foundation
import HTTPTypes
package import IISAN
import Synchronization

/// What the parts of a server share: its settings, and how far it is.
package final class ServerState: Sendable {
    /// How far a server is.
    package enum Phase: String, Sendable, Codable {
        /// The model is being opened.
        case loading
        /// It answers.
        case ready
        /// It ends the requests that are under way.
        case draining
    }

    /// The settings.
    package let settings: ServeSettings
    /// Where copies of the database are put.
    package let backups: URL
    /// What is measured.
    package let metrics = ServerMetrics()
    /// The memory that bodies may take.
    let bodies: BodyBudget
    /// When the server was made.
    let start = ContinuousClock.now

    private let current = Mutex<Current>(Current())

    private struct Current {
        var phase = Phase.loading
        var engine: Engine?
        var listener: Listener?
        var port: Int
        init() { port = 0 }
    }

    /// Begins without a model.
    package init(_ settings: ServeSettings, backups: URL) {
        (self.settings, self.backups) = (settings, backups)
        bodies = BodyBudget(settings.bodies.bytes)
        current.withLock { $0.port = settings.port }
    }

    /// How far it is.
    package var phase: Phase { current.withLock { $0.phase } }

    /// The port that is listened on.
    package var port: Int { current.withLock { $0.port } }

    /// What answers.
    ///
    /// - Throws: ``Failure`` while it is being opened.
    package var engine: Engine {
        get throws {
            guard let engine = current.withLock({ $0.engine }) else {
                throw Failure.passing(
                    .serviceUnavailable, "loading", UserError("the model is being opened", remedy: "Ask again a little later."))
            }
            return engine
        }
    }

    /// What connections come in by, once there is something.
    var listener: Listener? { current.withLock { $0.listener } }

    /// Connections come in by this, at the port that the system gave.
    func listens(by listener: Listener) {
        current.withLock {
            $0.listener = listener
            if let port = listener.port { $0.port = port }
        }
    }

    /// Answers from now on.
    package func open(_ engine: Engine) {
        current.withLock {
            $0.engine = engine
            if $0.phase == .loading { $0.phase = .ready }
        }
    }

    /// Is not ready any more; requests under way are answered.
    package func drain() { current.withLock { $0.phase = .draining } }
}
