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
            do { lists.append(.init(part: part, items: try similar(to: id, by: part, top: most).items)) } catch let refusal as Refusal
            where refusal.reason == .unusableItem || refusal.reason == .invalidQuestion {
                // A run that counts only knows no whole.
                if part != Self.whole { lists.append(.init(part: part)) }
            }
        }
        return lists
    }
}

/// Where an item stands for a history, and why.
struct Standing: Sendable {
    private let place: ItemPlace
    private let address: PageAddress
    private let gallery: Gallery
    private let faces: [String: Gallery.Face]

    init(_ place: ItemPlace, _ address: PageAddress, _ gallery: Gallery, _ faces: [String: Gallery.Face]) {
        (self.place, self.address, self.gallery, self.faces) = (place, address, gallery, faces)
    }

    var content: Markup {
        let rank = place.item.rank
        let isShown = rank <= PageAddress.usualCount
        let seen = address.history.contains(place.item.item)
        let why = seen ? "It is in the history itself; answers leave it out." : isShown ? "It is among the first \(PageAddress.usualCount)." : "It is not among the first \(PageAddress.usualCount)."
        guard let reasons = place.item.reasons else { return "" }
        let shares = PartShares(reasons.parts)
        let scale = PartShares.Scale([shares])
        return """
            <section class="standing" aria-labelledby="why"><h2 id="why">\(isShown ? "Why this one?" : "Why not this one?")</h2>
            <p class="place"><b>\(rank.grouped)</b> of \(place.among.grouped)</p>
            <p class="lead">\(why) Its score is \(PartShares.plain(Double(place.item.score))); an average item has \(PartShares.plain(reasons.mean)).</p>
            \(shares.bar(scale))
            \(parts(shares))
            \(history(reasons.history))
            </section>
            """
    }

    private func parts(_ shares: PartShares) -> Markup {
        let rows: [Markup] = shares.amounts.map { kind, adds in
            """
            <tr><th scope="row"><i class="dot \(kind.name)"></i>\(kind.name) <small>\(kind.meaning)</small></th>\
            <td>\(PartShares.signed(adds))</td></tr>
            """
        }
        return """
            <table class="sums"><caption class="unseen">What each part adds to the mean score</caption>
            <thead class="unseen"><tr><th scope="col">Part</th><th scope="col">Adds</th></tr></thead><tbody>\(rows)</tbody>
            <tfoot><tr><th scope="row">together</th><td>\(PartShares.signed(shares.total))</td></tr></tfoot></table>
            """
    }

    /// What each item of the history does, the most first.
    private func history(_ effects: [Reasons.Effect]) -> Markup {
        guard effects.count > 1 else { return "" }
        let most = effects.map { abs($0.effect) }.max() ?? 0
        let rows: [Markup] = effects.sorted { $0.effect > $1.effect }.prefix(10).map { effect in
            let face = faces[effect.item] ?? Gallery.Face(id: effect.item)
            let length = most > 0 ? abs(effect.effect) / most * 50 : 0
            return """
                <li>\(gallery.stamp(face))<a class="title" href="\(address.item(effect.item))"><bdi>\(face.name)</bdi></a>\
                <svg class="effect" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">\
                <rect class="\(effect.effect < 0 ? "less" : "more")" x="\(effect.effect < 0 ? 50 - length : 50)" y="1" width="\(length)" height="6"/>\
                <rect class="zero" x="49.5" y="0" width="1" height="8"/></svg>\
                <span class="number">\(PartShares.signed(effect.effect))</span></li>
                """
        }
        return """
            <h3>What each item of the history does</h3>
            <p class="note">The score less what it would be without that one item. Such effects do not add up.</p>
            <ul class="effects">\(rows)</ul>
            """
    }
}
