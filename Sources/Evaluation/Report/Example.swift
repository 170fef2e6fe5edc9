import Foundation

extension RunReport {
    /// A user's history and what is recommended to that user.
    public struct Example: Sendable {
        /// An item as it is shown.
        public struct Item: Sendable {
            /// The item's title; may be empty.
            public var title: String
            /// The item's picture as JPEG bytes, small (about 200 pixels wide); nil shows the title in its place. Bytes that are not
            /// JPEG are not embedded.
            public var picture: Data?

            /// Describes an item.
            public init(title: String, picture: Data? = nil) {
                self.title = title
                self.picture = picture
            }
        }

        /// A recommended item.
        public struct Recommendation: Sendable {
            /// The item.
            public var item: Item
            /// The model's score.
            public var score: Double
            /// Whether it is what the user chose next.
            public var isHit: Bool

            /// Describes a recommendation.
            public init(_ item: Item, score: Double, isHit: Bool = false) {
                self.item = item
                self.score = score
                self.isHit = isHit
            }
        }

        /// Who it is, as in `user 4711`.
        public var user: String
        /// The items the model saw, oldest first.
        public var history: [Item]
        /// What the user chose next, when it is known.
        public var target: Item?
        /// The recommendations, best first.
        public var recommendations: [Recommendation]

        /// Describes an example.
        public init(user: String, history: [Item], target: Item? = nil, recommendations: [Recommendation]) {
            self.user = user
            self.history = history
            self.target = target
            self.recommendations = recommendations
        }
    }
}
