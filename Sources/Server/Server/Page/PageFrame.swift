import HTTPTypes
import Hummingbird
import Report

/// The frame that all pages have: head, bar and foot.
struct PageFrame: Sendable {
    /// The pages that the bar leads to.
    enum Place: CaseIterable {
        case look, trial, health

        var name: String {
            switch self {
            case .look: "Recommendations"
            case .trial: "New item"
            case .health: "Health"
            }
        }
    }

    /// The title of the window.
    var title: String
    /// Where in the bar it is.
    var place: Place?
    /// What the links of the bar keep.
    var address = PageAddress()
    /// The model that has answered.
    var model: String?
    /// Whether the server asks for tokens, so that pictures need one too.
    var asksForTokens = false
    /// Seconds after which a browser asks again; nil where it does not.
    var refresh: Int?
    /// What is said when the page takes the place of another one.
    var status: String = ""
    var content: Markup

    /// The page as HTML.
    var html: Markup {
        let links: [Markup] = Place.allCases.map { link in
            let current: Markup = link == place ? " aria-current=\"page\"" : ""
            return "<li><a href=\"\(self.link(to: link))\"\(current)>\(link.name)</a></li>"
        }
        let again: Markup = refresh.map { "<meta http-equiv=\"refresh\" content=\"\($0)\">\n" } ?? ""
        let named: Markup = model.map { "<p class=\"model\" title=\"The model that answers\"><bdi>\($0)</bdi></p>" } ?? ""
        let forget: Markup =
            asksForTokens ? "<button class=\"plain\" type=\"button\" data-forget hidden>Forget the token</button>" : ""
        return """
            <!doctype html>
            <html lang="en"\(asksForTokens ? " data-tokens" as Markup : "")>
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            \(again)<title>\(title) · iisan</title>
            <link rel="stylesheet" href="\(PageAsset.style.path)">
            <link rel="icon" href="\(PageAsset.icon.path)" type="image/svg+xml">
            <script src="\(PageAsset.script.path)" defer></script>
            </head>
            <body>
            <a class="skip" href="#main">Skip to the content</a>
            <header class="bar" data-key="bar">
            <a class="mark" href="/">iisan</a>
            <nav aria-label="Pages"><ul>\(links)</ul></nav>
            \(named)\(forget)
            </header>
            <main id="main" tabindex="-1">
            <p id="status" role="status" class="unseen">\(status)</p>
            <p id="problem" role="alert" hidden></p>
            \(content)
            </main>
            </body>
            </html>

            """
    }

    private func link(to place: Place) -> String {
        switch place {
        case .look: PageAddress(address.history).path
        case .trial: PageAddress(address.history).trial
        case .health: "/health"
        }
    }

    /// The page as it is sent.
    func response(_ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:]) -> Response {
        var headers = headers
        headers[.contentType] = "text/html; charset=utf-8"
        headers[.contentSecurityPolicy] = Self.policy
        return Response(status: status, headers: headers, body: .init(byteBuffer: ByteBuffer(string: html.text)))
    }

    /// What the page may load and do: its own style, script and pictures, and questions to its own server.
    static let policy = """
        default-src 'none'; img-src 'self'; script-src 'self'; style-src 'self'; connect-src 'self'; form-action 'self'; \
        base-uri 'none'; frame-ancestors 'none'
        """
}
