import CServerSystem
import NIOCore

/// The socket that connections come in by, at its end.
///
/// The system makes connections before the server takes them, and resets those that wait in its queue when the socket is closed: their
/// clients have sent a request by then. So the queue is let run dry first.
struct Listener: Sendable {
    let channel: any Channel

    /// The port that it listens on.
    var port: Int? { channel.localAddress?.port }

    /// Lets no new connection begin, and waits until those that had begun are taken and have sent their first request.
    ///
    /// Whoever comes now gets no answer to its first packet, and is refused when it asks again, a second later: nothing of a request was
    /// sent by then. Where the system cannot do that, nothing is done.
    ///
    /// - Parameter most: how long that may take.
    func runDry(within most: Duration) async {
        guard await call(ignore_new_connections) == 0 else { return }
        let end = ContinuousClock.now + most
        // The last packet of those who have begun is still to come.
        try? await Task.sleep(for: Self.moment)
        while ContinuousClock.now < end, await waiting > 0 { try? await Task.sleep(for: .milliseconds(5)) }
        try? await Task.sleep(for: Self.moment)
    }

    /// The connections that nobody has taken yet; 0 where the system does not say.
    var waiting: Int { get async { Int(max(0, await call(connections_waiting))) } }

    /// What a client on this network needs for its next packet.
    private static let moment = Duration.milliseconds(50)

    /// Calls the system with the socket's descriptor, on the channel's own thread, which closes it; -1 where there is none any more.
    private func call(_ body: @escaping @Sendable (Int32) -> Int32) async -> Int32 {
        let result = channel.eventLoop.submit {
            try channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) { body($0) }
        }
        return (try? await result.get()).flatMap { $0 } ?? -1
    }
}
