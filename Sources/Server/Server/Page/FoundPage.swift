import Report

/// Items that words may mean.
struct FoundPage: Sendable {
    let content: Markup

    init(_ address: PageAddress, _ found: TitleSearch.Found, _ gallery: Gallery) async throws {
        let faces = try await gallery.faces(found.items)
        let list = gallery.list(faces.map { ($0, "") }, address)
        let more: Markup = found.mayHaveMore ? "<p class=\"note\">There may be more: add a word.</p>" : ""
        let kept: Markup =
            address.history.isEmpty
            ? "" : "<input type=\"hidden\" name=\"history\" value=\"\(PageAddress.text(of: address.history))\">"
        content = """
            <div class="\(gallery.shape.rawValue)">
            <h1>\(faces.isEmpty ? "No item has these words" : "Which of them?")</h1>
            <form class="search" action="/item" method="get">\(kept)<label for="words">Words of a title, or an id</label>
            <div class="row"><input id="words" name="q" type="search" value="\(address.words)" required autocomplete="off"
            maxlength="\(PageAddress.longestWords)"><button>Search</button></div></form>
            \(faces.isEmpty ? "" : list)\(more)
            <p class="more"><a href="\(PageAddress(address.history).path)">Back to the recommendations</a></p>
            </div>
            """
    }
}
