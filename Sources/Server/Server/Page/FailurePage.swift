import HTTPTypes
import Hummingbird
import Logging
import Report

/// What goes wrong with a page as a page.
struct PageFailures: RouterMiddleware {
    let asksForTokens: Bool

    func handle(
        _ request: Request, context: ServerContext, next: (Request, ServerContext) async throws -> Response
    ) async throws -> Response {
        do { return try await next(request, context) } catch {
            let failure = Failure(error)
            // The log is told of what is the server's own fault.
            if failure.status.code >= 500 { context.logger.error("\(error)") }
            return FailurePage(failure, asksForTokens: asksForTokens).response
        }
    }
}

/// A failure as a page.
struct FailurePage {
    let failure: Failure
    let asksForTokens: Bool

    init(_ failure: Failure, asksForTokens: Bool) { (self.failure, self.asksForTokens) = (failure, asksForTokens) }

    var response: Response {
        let needsToken = failure.status == .unauthorized
        let isLoading = failure.status == .serviceUnavailable
        var frame = PageFrame(
            title: needsToken ? "A token, please" : isLoading ? "A moment" : "Not so",
            asksForTokens: asksForTokens, content: needsToken ? Self.token : problem)
        if isLoading { frame.refresh = 2 }
        return frame.response(failure.status, headers: failure.headers)
    }

    private var problem: Markup {
        let remedy: Markup = failure.remedy.map { "<p class=\"lead\">\($0)</p>" } ?? ""
        let begins = failure.param.map { failure.message.hasPrefix($0) } ?? false
        // The names of parameters stay as they are.
        let sentence = begins ? failure.message : failure.message.prefix(1).uppercased() + failure.message.dropFirst()
        return """
            <div class="plain-page">
            <h1>\(sentence).</h1>
            \(remedy)
            <p><a href="/">Begin again</a></p>
            </div>
            """
    }

    private static let token: Markup = """
        <div class="plain-page" data-asks>
        <h1>This server asks for a token.</h1>
        <p class="lead">Whoever runs it has tokens, which read, write or administer. The page keeps yours until this tab is closed, and
        sends it with each question.</p>
        <form id="token" hidden>
        <label for="token-text">Token</label>
        <div class="row"><input id="token-text" type="password" autocomplete="off" spellcheck="false" required>
        <button>Go on</button></div>
        </form>
        <noscript><p>The page needs JavaScript to send a token. Without it, ask from a program:
        <code>curl -H 'Authorization: Bearer TOKEN'</code>.</p></noscript>
        </div>
        """
}
