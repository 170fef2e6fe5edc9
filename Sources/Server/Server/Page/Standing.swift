import Foundation
import Report
import Serving

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
        let why =
            seen
            ? "It is in the history itself; answers leave it out."
            : isShown
                ? "It is among the first \(PageAddress.usualCount)." : "It is not among the first \(PageAddress.usualCount)."
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
