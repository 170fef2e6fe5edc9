import Files

/// The contents of `world.json`: what a world was made of, and how well it can be predicted.
public struct WorldCard: Codable, Equatable, Sendable {
    /// One attribute of the items.
    public struct AttributeCard: Codable, Equatable, Sendable {
        /// The column in `attributes.tsv`.
        public var name: String
        /// Whether pictures, titles or both tell it.
        public var source: Attribute.Source
        /// The values, in the order of their indices.
        public var values: [String]
    }

    /// The form of this file; 1.
    public var version = 1
    /// The options of the generator.
    public var options: WorldOptions
    /// The attributes, in the order of the columns of `attributes.tsv`.
    public var attributes: [AttributeCard]
    /// The best that can be expected of a recommender.
    public var ceiling: Ceiling

    /// Describes a world.
    public init(_ world: World) { self.init(world, stop: StopToken()) }

    init(_ world: World, stop: StopToken) {
        options = world.options
        attributes = Attribute.allCases.map { AttributeCard(name: $0.name, source: $0.source, values: $0.values) }
        ceiling = Ceiling(world, stop: stop)
    }
}
