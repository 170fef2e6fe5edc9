import Foundation

extension RunReport {
    /// Users with their history and recommendations.
    var exampleSection: Markup {
        guard !examples.isEmpty else { return "" }
        let drawn: [Markup] = examples.map(Self.drawn)
        return Page.section(
            "What is recommended",
            lead:
                "A user's history, oldest first, and the top of the ranking with scores. What the user chose next is framed in green.",
            "\(drawn)")
    }

    private static func drawn(_ example: Example) -> Markup {
        let history: [Markup] = example.history.map { "<li class=\"item\">\(drawn($0))</li>" }
        let ranked: [Markup] = example.recommendations.enumerated().map { place, recommendation in
            """
            <li class="item\(recommendation.isHit ? " hit" : "")">\(drawn(recommendation.item))\
            <div class="score">\(place + 1) · \(score(recommendation.score))\(recommendation.isHit ? " · hit" : "")</div></li>
            """
        }
        let place = example.recommendations.firstIndex { $0.isHit }
        var badge: Markup = ""
        if let place {
            badge = "<span class=\"badge yes\">hit at \(place + 1)</span>"
        } else if example.target != nil {
            badge = "<span class=\"badge\">not in the top \(example.recommendations.count)</span>"
        }
        var target: Markup = ""
        if let item = example.target, place == nil {
            target = "<p class=\"label\">Chosen next</p><ul class=\"items\"><li class=\"item hit\">\(drawn(item))</li></ul>"
        }
        return """
            <div class="example"><h3><bdi>\(example.user)</bdi>\(badge)</h3>
            <p class="label">History</p><ul class="items history">\(history)</ul>
            <p class="label">Recommended</p><ol class="items">\(ranked)</ol>\(target)
            </div>

            """
    }

    private static func drawn(_ item: Example.Item) -> Markup {
        let title = item.title.isEmpty ? "no title" : item.title
        if let picture = item.picture, picture.starts(with: [0xFF, 0xD8, 0xFF]) {
            return """
                <div class="picture"><img src="data:image/jpeg;base64,\(picture.base64EncodedString())" alt="" loading="lazy"></div>\
                <div class="title" title="\(title)"><bdi>\(title)</bdi></div>
                """
        }
        return "<div class=\"picture\"><div class=\"blank\" title=\"\(title)\"><bdi>\(title)</bdi></div></div>"
    }

    private static func score(_ score: Double) -> String { score.isFinite ? String(format: "%.2f", score) : "?" }
}
