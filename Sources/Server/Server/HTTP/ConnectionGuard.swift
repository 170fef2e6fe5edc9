import Foundation
import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// What each connection is watched by: no request takes for ever to arrive, no answer to be read, and no body that nobody wants is read to
/// its end.
///
/// - A request that has not arrived in time ends with ``RequestTimeout``, which is answered.
/// - An answer that has not been taken in time ends the connection.
/// - An answer that is given before its request has arrived ends the connection after it: what still comes is thrown away for a second, so
///   that the client can read the answer, and then no more.
/// - While the server stops, each answer says that it is the connection's last, so that no client sends a request to a connection that ends.
/// - `Expect: 100-continue` is answered where the body is not longer than any may be.
/// - A head that is no HTTP, or too large, is told so in the shape of all failures.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let patience: TimeAmount
    private let longestBody: Int
    private let isStopping: @Sendable () -> Bool
    /// Whether a request's end is awaited.
    private var isReading = false
    /// Requests whose answers have not ended.
    private var unanswered = 0
    /// Whether the connection ends after the answer that is being written.
    private var endsAfterAnswer = false
    /// Whether it has been answered last, and what comes is thrown away.
    private var isOver = false
    private var arrival: Scheduled<Void>?
    private var departure: Scheduled<Void>?

    /// - Parameters:
    ///   - patience: how long a request may take to arrive, and an answer to be taken.
    ///   - longestBody: the bytes of the largest body that any route takes.
    ///   - isStopping: whether the server is about to end.
    init(patience: TimeAmount, longestBody: Int, isStopping: @escaping @Sendable () -> Bool) {
        (self.patience, self.longestBody, self.isStopping) = (patience, longestBody, isStopping)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if isOver { return context.read() }
        switch unwrapInboundIn(data) {
        case .head(let request):
            (isReading, unanswered) = (true, unanswered + 1)
            arrival = context.eventLoop.assumeIsolated().scheduleTask(in: patience) {
                if self.isReading { context.fireErrorCaught(RequestTimeout()) }
            }
            // Before the answers to earlier requests it would be taken for one of them.
            if unanswered == 1, request.headerFields[.expect]?.lowercased() == "100-continue",
                request.headerFields[.contentLength].flatMap({ Int($0) }) ?? 0 <= longestBody
            {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        case .body: break
        case .end:
            isReading = false
            arrival?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(var response):
            if response.status.kind == .informational { return context.write(data, promise: promise) }
            // Requests behind this one are answered first.
            if unanswered == 1, isReading || isStopping() { response.headerFields[.connection] = "close" }
            endsAfterAnswer = response.headerFields[.connection] == "close"
            departure = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { context.close(promise: nil) }
            context.write(wrapOutboundOut(.head(response)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            unanswered -= 1
            let promise = promise ?? context.eventLoop.makePromise()
            let (departure, isLast) = (departure, endsAfterAnswer)
            promise.futureResult.assumeIsolated().whenComplete { _ in
                departure?.cancel()
                if isLast { self.end(context) }
            }
            context.write(data, promise: promise)
        }
    }

    /// Says no more, and listens for a moment.
    private func end(_ context: ChannelHandlerContext) {
        isOver = true
        arrival?.cancel()
        context.close(mode: .output, promise: nil)
        context.eventLoop.assumeIsolated().scheduleTask(in: Self.linger) { context.close(promise: nil) }
        context.read()
    }

    private static let linger = TimeAmount.seconds(1)

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard unanswered == 0, !isOver, error is HTTPParserError || error is HTTP1TypeConversionError else {
            return context.fireErrorCaught(error)
        }
        let failure =
            (error as? HTTPParserError) == .headerOverflow
            ? Failure(.requestHeaderFieldsTooLarge, "headers_too_large", "the request's head is too large")
            : Failure(.badRequest, "malformed_request", "the request is not HTTP")
        let body = (try? JSONEncoder().encode(failure.body)) ?? Data()
        let head = HTTPResponse(
            status: failure.status,
            headerFields: [
                .contentType: "application/json", .contentLength: "\(body.count)", .connection: "close",
                .requestID: String(UInt64.random(in: .min ... .max), radix: 16), .xContentTypeOptions: "nosniff",
            ])
        unanswered = 1
        write(context: context, data: wrapOutboundOut(.head(head)), promise: nil)
        write(context: context, data: wrapOutboundOut(.body(ByteBuffer(bytes: body))), promise: nil)
        write(context: context, data: wrapOutboundOut(.end(nil)), promise: nil)
        context.flush()
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrival?.cancel()
        departure?.cancel()
        context.fireChannelInactive()
    }
}
