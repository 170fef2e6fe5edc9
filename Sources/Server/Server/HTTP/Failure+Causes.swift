import Database
import Files
import Hummingbird
import NIOHTTP1
import Serving

extension Failure {
    /// The failure that an error is to a client.
    ///
    /// Nothing of an error that is none of ours is told: it may name files, or what others have asked.
    package init(_ error: any Error) {
        switch error {
        case let failure as Failure: self = failure
        case let refusal as Refusal: self.init(refusal)
        case let error as DatabaseError: self.init(error)
        case let error as UserError:
            self.init(.unprocessableContent, "refused", error.problem, remedy: error.remedy)
        case is CancellationError:
            self = .passing(.serviceUnavailable, "stopping", UserError("the server stops", remedy: "Ask again a little later."))
        case is RequestTimeout:
            self.init(
                .requestTimeout, "too_slow", "the request took too long to arrive",
                remedy: "Send it in parts, or over a faster connection.")
        case is HTTPParserError:
            self.init(.badRequest, "malformed_request", "the request is not HTTP, or was cut off")
        case let error as HTTPError: self.init(error)
        default: self = .unexpected
        }
    }

    /// What is told of an error of our own.
    static let unexpected = Failure(
        .internalServerError, "unexpected", "the server has failed", remedy: "Its log says more under this request's id.")

    private init(_ refusal: Refusal) {
        let (problem, remedy) = (refusal.error.problem, refusal.error.remedy)
        switch refusal.reason {
        case .invalidQuestion: self.init(.unprocessableContent, "invalid_question", problem, remedy: remedy)
        case .unknownItem: self.init(.notFound, "unknown_item", problem, remedy: remedy)
        case .needsTraining: self.init(.conflict, "method_needs_training", problem, remedy: remedy)
        case .noEncoder: self.init(.conflict, "no_encoder", problem, remedy: remedy)
        case .unusableItem: self.init(.unprocessableContent, "unusable_item", problem, remedy: remedy)
        case .isBusy: self = .passing(.tooManyRequests, "busy", refusal.error)
        case .failed: self = .unexpected
        }
    }

    private init(_ error: DatabaseError) {
        switch error.reason {
        case .conflict:
            self.init(
                .preconditionFailed, "changed_meanwhile", error.error.problem, param: "If-Match", remedy: error.error.remedy)
        case .isFull:
            self.init(
                .insufficientStorage, "disk_full", "the server's disk is full", remedy: "Nothing was kept of this request.")
        case .isReadOnly:
            self = .passing(
                .serviceUnavailable, "read_only", UserError("the server's database cannot be written"), after: 30)
        case .failed:
            self = .passing(
                .serviceUnavailable, "database_failed", UserError("the server's database cannot be reached"), after: 5)
        }
    }

    private init(_ error: HTTPError) {
        switch error.status.code {
        case 404: self.init(.notFound, "no_route", "there is nothing here", remedy: "The routes are in /openapi.json.")
        case 413: self = .tooLarge(nil)
        default: self.init(error.status, "invalid_request", error.body ?? error.status.reasonPhrase, headers: error.headers)
        }
    }

    /// A body that is too large; the connection is closed after it.
    static func tooLarge(_ most: Int?) -> Failure {
        Failure(
            .contentTooLarge, "body_too_large",
            most.map { "the body is larger than \($0) bytes" } ?? "the body is too large",
            remedy: "Send it in several requests; the limits are in /info.")
    }
}

/// What a connection's body ends with when its time is over.
struct RequestTimeout: Error {}
