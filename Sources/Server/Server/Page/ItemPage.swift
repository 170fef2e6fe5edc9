import Report
import Serving

/// An item: what it is, why it is recommended or not, and what is like it.
struct ItemPage: Sendable {
    let title: String
    private(set) var model: String
    let content: Markup

    /// The items of each list of neighbours.
    static let neighbours = 8

    /// Items that are alike by something.
    struct Alike: Sendable {
        /// `all`, or a part by which items can be compared.
        var part: String
        /// The items with their cosines; nil where this item has nothing to be compared by.
        var items: [Recommendation]?
    }

    /// - Throws: ``Failure`` where no item has the id; ``Refusal``.
    init(_ id: String, _ address: PageAddress, _ gallery: Gallery) async throws {
        let engine = gallery.engine
        guard let view = try await engine.items.item(id) else {
            throw try await Failure(Refusal(.unknownItem, engine.model.ask { $0.noItem(id) }))
        }
        let (place, alike, name) = try await engine.model.ask { model in
            var question = Question(address.history)
            question.reasons = true
            // A history whose items are all gone is as none.
            let snapshot = try model.snapshot()
            let isKnown = address.history.contains { snapshot.row(of: $0) != nil }
            return (isKnown ? try model.place(of: id, for: question) : nil, try model.alike(id), model.name)
        }
        model = name
        var ids = [id] + alike.flatMap { $0.items?.map(\.item) ?? [] }
        ids += address.history
        let all = try await gallery.faces(Array(Set(ids)).sorted())
        let faces = Dictionary(uniqueKeysWithValues: all.map { ($0.id, $0) })
        let face = Gallery.Face(
            id: id, title: view.title, picture: view.picture.map { Paths.picture(of: id, version: $0) })
        title = face.name
        let reasons: Markup = place.map { Standing($0, address, gallery, faces).content } ?? Self.noHistory(address)
        content = """
            <div class="\(gallery.shape.rawValue)">
            <p class="back"><a href="\(PageAddress(address.history).path)">Back to the recommendations</a></p>
            <div class="whole">
            <div class="portrait-of">\(gallery.picture(face, .whole))</div>
            <div class="about">
            <h1><bdi>\(face.name)</bdi></h1>
            \(Self.facts(view))
            \(Self.actions(id, address))
            \(reasons)
            </div>
            </div>
            \(Self.neighbours(alike, faces, address, gallery))
            </div>
            """
    }

    private static func facts(_ view: ItemView) -> Markup {
        let tags: [Markup] = view.tags.map { "<li><bdi>\($0)</bdi></li>" }
        let hidden: Markup = view.isHidden ? "<span class=\"badge no\">hidden from answers</span>" : ""
        let since: Markup = view.revision > 0 ? " · changed at revision \(view.revision)" : ""
        return """
            <p class="soft">id <code><bdi>\(view.id)</bdi></code>\(since) \(hidden)</p>
            \(tags.isEmpty ? "" : "<ul class=\"tags\" aria-label=\"Tags\">\(tags)</ul>" as Markup)
            """
    }

    private static func actions(_ id: String, _ address: PageAddress) -> Markup {
        if let place = address.history.lastIndex(of: id) {
            return "<p><a class=\"act\" href=\"\(address.removing(at: place).path)\">Remove from the history</a></p>"
        }
        guard let more = address.adding(id) else { return "" }
        return "<p><a class=\"act\" href=\"\(more.path)\">Add to the history</a></p>"
    }

    private static func noHistory(_ address: PageAddress) -> Markup {
        """
        <section><h2>Why, or why not?</h2>
        <p class="lead">For a history this says at which place the item stands, and why. <a href="/">Pick a history</a>, and come back
        by a click on the item.</p></section>
        """
    }

    /// The lists of what is like an item.
    static func neighbours(
        _ alike: [Alike], _ faces: [String: Gallery.Face], _ address: PageAddress, _ gallery: Gallery
    ) -> Markup {
        let sections: [Markup] = alike.map { alike in
            var list: Markup = "<p class=\"empty\">It lacks what it would be compared by.</p>"
            if let items = alike.items {
                let drawn = items.map { item in
                    (
                        faces[item.item] ?? Gallery.Face(id: item.item, title: item.title),
                        alike.part == "neighbours"
                            ? "" : "<div class=\"line soft\">\(PartShares.plain(Double(item.score)))</div>" as Markup
                    )
                }
                list =
                    drawn.isEmpty
                    ? "<p class=\"empty\">Nothing is like it in this way.</p>"
                    : gallery.list(drawn, address, tag: "ol", small: true)
            }
            return "<section><h2>\(heading(alike.part))</h2><p class=\"lead\">\(lead(alike.part))</p>\(list)</section>"
        }
        return "\(sections)"
    }

    private static func heading(_ part: String) -> String {
        switch part {
        case ServedModel.whole: "Most like it"
        case "image": "By the picture"
        case "text": "By the title"
        case "inter": "By both together"
        case "neighbours": "By what is taken with it"
        default: "By \(part)"
        }
    }

    private static func lead(_ part: String) -> String {
        switch part {
        case ServedModel.whole: "By all that the model knows of items; 1 is the same."
        case "image": "By what is seen; the number is the cosine."
        case "text": "By what is read; the number is the cosine."
        case "inter": "By what picture and title say together; the number is the cosine."
        case "neighbours": "Items that often stand near it in histories."
        default: "The number is the cosine."
        }
    }
}

extension ServedModel {
    /// What is like an item, by all that is known and by each part.
    ///
    /// - Throws: ``Refusal`` where no item has the id.
    func alike(_ id: String, most: Int = ItemPage.neighbours) throws -> [ItemPage.Alike] {
        var lists: [ItemPage.Alike] = []
        for part in [Self.whole] + (try comparedParts()) {
            do { lists.append(.init(part: part, items: try similar(to: id, by: part, top: most).items)) } catch let refusal
                as Refusal
                where refusal.reason == .unusableItem || refusal.reason == .invalidQuestion
            {
                // A run that counts only knows no whole.
                if part != Self.whole { lists.append(.init(part: part)) }
            }
        }
        return lists
    }
}
