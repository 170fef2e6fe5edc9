package import Foundation

extension RunReport {
    /// A user's history and what is recommended to that user.
    package struct Example: Sendable {
        /// An item as it is shown.
        package struct Item: Sendable {
            /// The item's title; may be empty.
            package var title: String
            /// The item's picture as JPEG bytes, small (about 200 pixels wide); nil shows the title in its place. Bytes that are not
            /// JPEG are not embedded.
            package var picture: Data?

            /// Describes an item.
            package init(title: String, picture: Data? = nil) {
                self.title = title
                self.picture = picture
            }
        }

        /// A recommended item.
        package struct Recommendation: Sendable {
            /// The item.
            package var item: Item
            /// The model's score.
            package var score: Double
            /// Whether it is what the user chose next.
            package var isHit: Bool

            /// Describes a recommendation.
            package init(_ item: Item, score: Double, isHit: Bool = false) {
                self.item = item
                self.score = score
                self.isHit = isHit
            }
        }

        /// Who it is, as in `user 4711`.
        package var user: String
        /// The items the model saw, oldest first.
        package var history: [Item]
        /// What the user chose next, when it is known.
        package var target: Item?
        /// The recommendations, best first.
        package var recommendations: [Recommendation]

        /// Describes an example.
        package init(user: String, history: [Item], target: Item? = nil, recommendations: [Recommendation]) {
            self.user = user
            self.history = history
            self.target = target
            self.recommendations = recommendations
        }
    }
}

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

    static func drawn(_ item: Example.Item) -> Markup {
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
