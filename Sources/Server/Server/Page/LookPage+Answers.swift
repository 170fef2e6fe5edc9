import Report
import Serving

extension LookPage {
    /// What is answered.
    var answers: Markup {
        let shares = answer.items.map { $0.reasons.map { PartShares($0.parts) } }
        let scale = PartShares.Scale(shares.compactMap { $0 })
        let change = change
        let items: [Markup] = answer.items.indices.map { place in
            item(answer.items[place], shares[place], scale, change?.moves[place])
        }
        let list: Markup =
            items.isEmpty
            ? "<p class=\"empty\">There is nothing left to recommend.</p>"
            : "<ol class=\"items answers\" data-key=\"answer-list\">\(items)</ol>"
        return """
            <div class="head"><h2 id="answers" class="large">\(answer.isPopularity ? "Popular" : "Recommended")</h2></div>
            <p class="lead">\(lead(scale))</p>
            \(changed)\(list)
            \(more)\(whyNot)
            """
    }

    private func lead(_ scale: PartShares.Scale) -> String {
        if answer.isPopularity {
            return "Without a history the answer is what is taken most. Add something, and it becomes personal."
        }
        return scale.isShared
            ? "The best first. Below each, what lifts its score above that of an average item: what looks like the history, what reads like it, what goes with it."
            : "The best first. Below each, what the parts of the score add to that of an average item."
    }

    /// What has changed, in a line that can be seen.
    private var changed: Markup {
        guard let before, let change else { return "" }
        let left = change.gone.filter { !address.history.contains(before.items[$0].item) }
        let gone: [Markup] = left.prefix(5).map { place in
            let face = face(before.items[place].item)
            return
                "<li><a href=\"\(PageAddress(address.history).item(face.id))\"><bdi>\(face.name)</bdi></a> <span class=\"soft\">was \(place + 1)</span></li>"
        }
        let rest = left.count - gone.count
        let more: Markup = rest > 0 ? "<li class=\"soft\">and \(rest) more</li>" : ""
        let list: Markup = gone.isEmpty ? "" : "<ul class=\"gone\" aria-label=\"No longer in the list\">\(gone)\(more)</ul>"
        return "<div class=\"changed\" data-key=\"changed\"><p>\(change.sentence)</p>\(list)</div>"
    }

    private func item(
        _ item: Recommendation, _ shares: PartShares?, _ scale: PartShares.Scale, _ move: ListChange.Move?
    ) -> Markup {
        let face = face(item.item)
        let kind = move.map { if case .down = $0 { "down" } else { $0 == .new ? "new" : "up" } } ?? ""
        let badge: Markup =
            move?.texts.map {
                "<span class=\"move \(kind)\"><span aria-hidden=\"true\">\($0.mark)</span><span class=\"unseen\">, \($0.spoken)</span></span>"
            } ?? ""
        let add: Markup =
            address.adding(item.item).map {
                """
                <a class="act" href="\($0.path)"><span aria-hidden="true">+</span> Add\
                <span class="unseen"> \(face.name) to the history</span></a>
                """
            } ?? ""
        let why: Markup = shares.map { "\($0.bar(scale))\($0.values(scale))" } ?? ""
        return """
            <li class="item answer" data-key="a \(item.item)">\(gallery.link(face, address))\
            <div class="line"><span class="rank"><span class="unseen">Place </span>\(item.rank)</span>\(badge)\(add)</div>\
            \(why)\(because(item))\(unknown(item))</li>
            """
    }

    /// The item of the history that mattered most.
    private func because(_ item: Recommendation) -> Markup {
        guard let most = item.reasons?.history.max(by: { $0.effect < $1.effect }), (item.reasons?.history.count ?? 0) > 1 else {
            return ""
        }
        guard most.effect > 0 else { return "<p class=\"because\">No single item of the history lifts it.</p>" }
        let face = face(most.item)
        return """
            <p class="because" title="Without it the score would be \(PartShares.plain(most.effect)) lower">\(gallery.stamp(face))\
            <span class="told-by">mattered most <bdi>\(face.name)</bdi></span></p>
            """
    }

    private func unknown(_ item: Recommendation) -> Markup {
        guard let parts = item.unknownParts, !parts.isEmpty else { return "" }
        return "<p class=\"because\">New here: nothing is counted of it yet.</p>"
    }

    private var more: Markup {
        guard !answer.items.isEmpty, address.count < PageAddress.mostCount else { return "" }
        var longer = address
        longer.count = min(PageAddress.mostCount, address.count < 30 ? 30 : PageAddress.mostCount)
        return "<p class=\"more\"><a class=\"act\" href=\"\(longer.path)\">Show \(longer.count)</a></p>"
    }

    /// Asks for any item's place.
    private var whyNot: Markup {
        guard !address.history.isEmpty else { return "" }
        return """
            <form class="search why" action="/item" method="get" data-key="why">
            \(kept(address.history))<label for="why">Why not this one? Any item, its place and its reasons</label>
            <div class="row"><input id="why" name="q" type="search" placeholder="Words of a title, or an id" autocomplete="off" required
            maxlength="\(PageAddress.longestWords)"><button>Where is it?</button></div>
            </form>
            """
    }
}
