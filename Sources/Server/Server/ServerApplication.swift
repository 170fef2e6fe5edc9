import CServerSystem
import Database
import Files
import Foundation
package import Hummingbird
import HummingbirdCore
import IISAN
package import Logging
import NIOCore
package import ServiceLifecycle
package import UnixSignals

/// A server: routes and what stands before them, and the services that run beside.
package struct ServerApplication: Sendable {
    /// What its parts share.
    package let state: ServerState
    private let gatekeeper: Gatekeeper
    private let logger: Logger

    /// Prepares a server; nothing listens yet.
    ///
    /// - Parameters:
    ///   - state: its settings.
    ///   - logger: where a line for each request goes.
    /// - Throws: ``UserError`` for an address beyond the loopback without tokens, and for a file of tokens that cannot be used.
    package init(_ state: ServerState, logger: Logger) throws {
        gatekeeper = try Gatekeeper(state.settings)
        (self.state, self.logger) = (state, logger)
    }

    /// All routes.
    package var router: ServerRouter { ServerRouter(state, isOpen: gatekeeper.isOpen, asksForTokens: gatekeeper.asksForTokens) }

    /// What answers requests, without an address.
    package var responder: ServerResponder { ServerResponder(router.router.buildResponder(), state, gatekeeper) }

    /// What listens.
    package func application() -> Application<ServerResponder> {
        let (settings, state) = (state.settings, state)
        let patience = TimeAmount.seconds(Int64(settings.patience))
        let stopping: @Sendable () -> Bool = { state.phase == .draining }
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [
                ConnectionGuard(patience: patience, longestBody: settings.longestBody, isStopping: stopping)
            ],
            idleTimeout: .seconds(Int64(settings.idle)),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: Self.headBytes, maxHeaderListSize: Self.headBytes, maxHeaderFieldCount: 100))
        return Application(
            responder: responder, server: .http1(configuration: channel),
            configuration: ApplicationConfiguration(
                address: .hostname(settings.host, port: settings.port),
                availableConnectionsDelegate: .maximum(settings.connections, logger: logger)),
            onServerRunning: { channel in
                state.listens(by: Listener(channel: channel))
            }, logger: logger)
    }

    /// The bytes of a request's head at most.
    private static let headBytes = 16_384

    /// Listens, opens the model, and answers until it is told to stop by SIGTERM or SIGINT.
    ///
    /// - Parameters:
    ///   - signals: what tells it to stop; with some, SIGHUP opens the newest run in place of the one that answers.
    ///   - open: opens what answers; meanwhile the server says that it is loading.
    ///   - opened: is called once the server answers.
    /// - Throws: what `open` and `opened` throw; ``UserError`` when the address cannot be listened on.
    package func run(
        stoppedBy signals: [UnixSignal] = [.sigterm, .sigint], _ open: @escaping @Sendable () async throws -> Engine,
        opened: @escaping @Sendable () async throws -> Void = {}
    ) async throws {
        limit_arenas(Self.arenas)
        do { try await services(stoppedBy: signals, open, opened: opened).run() } catch is CancellationError
            where state.phase == .draining
        {
            // What had not ended in time was ended: it was told to stop, and has.
        } catch let error as IOError {
            throw UserError.system(
                "could not listen", at: "\(state.settings.host):\(state.settings.port)", code: error.errnoCode)
        }
    }

    /// The arenas that the allocator may have: a server has more threads than cores, most of which wait.
    private static let arenas: Int32 = 4

    /// How long the server answers on, when it is told to stop, while it says that it is not ready and that connections end.
    private static let notice = Duration.seconds(1)

    /// What runs together.
    ///
    /// Requests under way when it is told to stop have ``ServeSettings/grace`` seconds, and then five more to notice that they are cancelled.
    package func services(
        stoppedBy signals: [UnixSignal], _ open: @escaping @Sendable () async throws -> Engine,
        opened: @escaping @Sendable () async throws -> Void = {}
    ) -> ServiceGroup {
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(service: Opening(state: state, logger: logger, open: open, opened: opened))
        ]
        if !signals.isEmpty { services.append(.init(service: Reloading(state: state, logger: logger))) }
        services.append(.init(service: application()))
        // The last is stopped first.
        let notice = signals.isEmpty ? Duration.zero : min(Self.notice, .seconds(state.settings.grace) / 2)
        services.append(.init(service: Draining(state: state, notice: notice), successTerminationBehavior: .ignore))
        var configuration = ServiceGroupConfiguration(services: services, gracefulShutdownSignals: signals, logger: logger)
        configuration.maximumGracefulShutdownDuration = .seconds(state.settings.grace)
        configuration.maximumCancellationDuration = .seconds(5)
        return ServiceGroup(configuration: configuration)
    }
}

/// Opens what answers, and closes the database when all requests have ended.
private struct Opening: Service {
    let state: ServerState
    let logger: Logger
    let open: @Sendable () async throws -> Engine
    let opened: @Sendable () async throws -> Void

    func run() async throws {
        let engine = try await open()
        state.open(engine)
        try await opened()
        if let upkeep = engine.upkeep { await upkeep.run(logger) } else { try? await gracefulShutdown() }
        // Also where all work is cancelled because it has taken too long.
        try await Task { try await engine.database.close() }.value
    }
}

/// Opens the newest run at SIGHUP.
private struct Reloading: Service {
    let state: ServerState
    let logger: Logger

    func run() async throws {
        for await _ in await UnixSignalsSequence(trapping: .sighup).cancelOnGracefulShutdown() {
            do {
                let receipt = try await state.engine.reload()
                logger.info("reloaded", metadata: ["model": "\(receipt.model)"])
            } catch { logger.error("not reloaded: \(error)") }
        }
    }
}

/// Says that the server is not ready as soon as it is told to stop; only then, and after a moment, does the server stop listening.
///
/// A connection that is closed while its client sends the next request is a request that is lost: one that is kept open, and one that the
/// system has made and nobody has taken yet.
private struct Draining: Service {
    let state: ServerState
    let notice: Duration

    func run() async throws {
        try? await gracefulShutdown()
        state.drain()
        try? await Task.sleep(for: notice)
        if notice > .zero { await state.listener?.runDry(within: notice) }
    }
}
