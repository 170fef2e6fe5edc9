import Files
import IISAN
import Report

/// Where a picture is dropped in with a title, and what the item would do.
struct TrialPage: Sendable {
    let content: Markup
    /// What is read out when the results come.
    private(set) var status = ""

    /// The form alone.
    ///
    /// - Parameter refusal: why the model takes no new items; nil where it does.
    init(refusal: String?, _ settings: ServeSettings) { content = Self.page(refusal, settings, title: "", "") }

    /// The form, and what was found.
    init(refusal: String?, _ settings: ServeSettings, _ body: PreviewBody, _ preview: Preview, _ gallery: Gallery) async throws
    {
        let members = Array(preview.members.prefix(10))
        let shown =
            preview.alike.flatMap { $0.items?.map(\.item) ?? [] } + members.flatMap { $0.user.history.suffix(Self.recent) }
        let all = try await gallery.faces(Array(Set(shown)).sorted())
        let faces = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
        let first = preview.members.count { $0.rank <= 10 }
        let summary =
            "Of \(preview.users.sentence), \(first == 0 ? "nobody" : "\(first)") would find it among their first 10, and \(preview.members.count) among their first \(Preview.places)."
        status = preview.users.isEmpty ? "Its neighbours are found." : summary
        let rows: [Markup] = members.map { member in
            let history = Array(member.user.history.suffix(Self.recent))
            let stamps: [Markup] = history.map { id in
                let face = faces[id] ?? Gallery.Face(id: id)
                return face.picture == nil ? "<span class=\"word\"><bdi>\(face.name)</bdi></span>" : gallery.stamp(face)
            }
            let name = member.user.id.map { "User \($0)" } ?? "Somebody of the dataset"
            return """
                <li><a class="sample" href="\(PageAddress(history).path)"><span class="rank">\(member.rank)</span>\
                <span class="stamps" aria-hidden="true">\(stamps)</span><span class="soft"><bdi>\(name)</bdi></span></a></li>
                """
        }
        let list: Markup = rows.isEmpty ? "" : "<ol class=\"samples audience\">\(rows)</ol>"
        let results: Markup = """
            <section><h2>Who would get it</h2>
            <p class="lead">\(preview.users.isEmpty ? "There are no users yet." : summary) Nothing is counted of a new item: this is by its \
            picture and title alone.</p>\(list)</section>
            \(ItemPage.neighbours(preview.alike, faces, PageAddress(), gallery))
            """
        let name = body.item.title ?? ""
        content = Self.page(
            refusal, settings, title: name,
            store: """
                <form id="store"><h2>Keep it?</h2>
                <p class="lead">Until now nothing has changed. With an id it becomes an item, and is in the next answer.</p>
                <label for="new-id">Id of the item</label>
                <div class="row"><input id="new-id" required maxlength="\(Checks.idBytes)" autocomplete="off" spellcheck="false">
                <button class="primary">Put it into the catalogue</button></div></form>
                """,
            """
            <div class="\(gallery.shape.rawValue)" data-key="found">\(results)</div>
            """)
    }

    /// The newest items of a user that are shown.
    private static let recent = 6

    private static func page(
        _ refusal: String?, _ settings: ServeSettings, title: String, store: Markup = "", _ results: Markup
    ) -> Markup {
        if let refusal {
            return """
                <div class="plain-page"><h1>No new items</h1><p class="lead">This model takes none: \(refusal).</p></div>
                """
        }
        return """
            <div class="trial">
            <h1>A new item</h1>
            <p class="lead">Drop in a picture, give it a title, and see what it would be like and who would get it, before it is kept.</p>
            <noscript><p class="told">This page sends a file and needs JavaScript for it. Programs send it to
            <code>POST /v1/preview</code>.</p></noscript>
            <div class="entry">
            <div class="drop" data-key="drop">
            <canvas id="chosen" data-key="chosen" width="1" height="1" hidden></canvas>
            <p id="drop-text" data-keep>Drop a picture here, or choose one</p>
            <input id="file" type="file" accept="image/jpeg,image/png,image/webp" aria-label="Picture, a JPEG, PNG or WebP file">
            <p class="note">JPEG, PNG or WebP, at most \(NumberText.bytes(settings.picture.bytes))</p>
            </div>
            <div data-key="entry">
            <form id="try"><label for="new-title">Title</label>
            <input id="new-title" value="\(title)" maxlength="\(Checks.titleCharacters)" autocomplete="off">
            <div class="row"><button class="primary">See what it would do</button></div></form>
            \(store)
            </div>
            </div>
            \(results)
            </div>
            """
    }
}
