import Files
import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// Sends one request after the other and hands on the bodies of answers as they come. Redirects are answers like any other: whom to
/// tell the token is not the library's choice.
final class HubSession: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    /// Takes a piece of an answer's body; what it throws ends the transfer.
    typealias Receiver = (HTTPURLResponse, Data) throws -> Void

    /// A request under way. All of it is guarded by the condition.
    private struct Transfer {
        var task: URLSessionTask
        var receive: Receiver
        var answer: HTTPURLResponse?
        var failure: (any Error)?
        var isDone = false
    }

    private let condition = NSCondition()
    private var transfer: Transfer?
    private let configuration: URLSessionConfiguration
    private lazy var session = URLSession(configuration: configuration, delegate: self, delegateQueue: nil)

    /// Makes a session.
    ///
    /// - Parameter patience: seconds without a byte after which a server counts as gone.
    init(patience: TimeInterval = 60) {
        configuration = .ephemeral
        configuration.urlCache = nil
        configuration.httpCookieStorage = nil
        configuration.timeoutIntervalForRequest = patience
        super.init()
    }

    /// Ends the session, which is not used afterwards.
    func close() { session.invalidateAndCancel() }

    /// Sends a request and waits for the end of its answer.
    ///
    /// - Parameters:
    ///   - request: the request.
    ///   - stop: looked at ten times a second.
    ///   - watching: called as often.
    ///   - receive: takes the body, on another thread.
    /// - Throws: ``HubFailure`` when the server is not reached or the answer is cut off; what `receive` throws; CancellationError.
    func send(
        _ request: URLRequest, stop: StopToken, watching: () -> Void, receive: @escaping Receiver
    ) throws -> HTTPURLResponse {
        let task = session.dataTask(with: request)
        condition.withLock { transfer = Transfer(task: task, receive: receive) }
        task.resume()
        let finished = wait(task, stop, watching)
        switch finished.failure {
        case nil: break
        case let error? where error is HubFailure || error is UserError || error is CancellationError: throw error
        case let error?: throw HubFailure(Self.error(error, request))
        }
        guard let answer = finished.answer else {
            throw HubFailure(UserError("the server gave no answer", at: request.url?.absoluteString))
        }
        return answer
    }

    private func wait(_ task: URLSessionTask, _ stop: StopToken, _ watching: () -> Void) -> Transfer {
        while true {
            let finished = condition.withLock { () -> Transfer? in
                if transfer?.isDone == false { _ = condition.wait(until: Date().addingTimeInterval(0.1)) }
                guard let current = transfer, current.isDone else { return nil }
                transfer = nil
                return current
            }
            if let finished { return finished }
            watching()
            guard stop.isRequested else { continue }
            condition.withLock {
                if transfer?.failure == nil { transfer?.failure = CancellationError() }
            }
            task.cancel()
        }
    }

    private static func error(_ error: any Error, _ request: URLRequest) -> UserError {
        UserError(
            "could not fetch it: \(error.localizedDescription)", at: request.url?.absoluteString,
            remedy: "Check the network, the proxy and HF_ENDPOINT. With HF_HUB_OFFLINE=1 only what is in the cache is used.")
    }

    func urlSession(
        _: URLSession, task _: URLSessionTask, willPerformHTTPRedirection _: HTTPURLResponse, newRequest _: URLRequest,
        completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
    ) {
        condition.withLock { transfer?.answer = response as? HTTPURLResponse }
        completionHandler(.allow)
    }

    func urlSession(_: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        let (answer, receive) = condition.withLock { (transfer?.answer, transfer?.failure == nil ? transfer?.receive : nil) }
        guard let answer, let receive else { return }
        do {
            try receive(answer, data)
        } catch {
            condition.withLock { transfer?.failure = error }
            dataTask.cancel()
        }
    }

    func urlSession(_: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        condition.withLock {
            if transfer?.answer == nil { transfer?.answer = task.response as? HTTPURLResponse }
            if transfer?.failure == nil { transfer?.failure = error }
            transfer?.isDone = true
            condition.signal()
        }
    }
}
