import Files

/// A made-up shop: items with pictures and titles, and users whose tastes are over what these show and say.
///
/// Everything comes from the seed, item by item and user by user, so that memory holds about 20 bytes for each item and nothing for users.
/// ```swift
/// let world = try World(WorldOptions(seed: 7))
/// try world.write(to: folder)
/// ```
package struct World: Sendable {
    /// The options it was made with.
    package let options: WorldOptions
    let next: NextItem
    let lengths: HistoryLengths
    let itemNames, userNames: Name

    /// Makes the items.
    ///
    /// - Throws: ``UserError`` when an option is out of its range.
    package init(_ options: WorldOptions) throws {
        try options.validate()
        self.options = options
        lengths = HistoryLengths(options)
        itemNames = Name("i", below: options.items)
        userNames = Name("u", below: options.users)
        next = NextItem(catalogue: Catalogue(options), styles: Style.all(seed: options.seed))
    }

    /// The name of an item in files.
    package func itemName(_ item: Int) -> String { itemNames(item) }

    /// The name of a user in files.
    package func userName(_ user: Int) -> String { userNames(user) }

    /// What an item is.
    package func attributes(of item: Int) -> ItemAttributes { Catalogue.attributes(of: item, options) }

    /// The title of an item.
    package func title(of item: Int) -> String {
        var random = SeededRandom(seed: options.seed, stream: .title, index: item)
        return Title.make(attributes(of: item), random: &random)
    }

    /// The picture of an item.
    package func picture(of item: Int) -> Canvas {
        var random = SeededRandom(seed: options.seed, stream: .picture, index: item)
        return ItemPicture(attributes(of: item), size: options.pictureSize, random: &random).draw()
    }

    /// The history of a user, oldest item first.
    package func history(of user: Int) -> [Int] { User(user, of: self).history }

    /// The known ceiling of this world.
    package func ceiling() -> Ceiling { Ceiling(self) }
}

/// The contents of `world.json`: what a world was made of, and how well it can be predicted.
package struct WorldCard: Codable, Equatable, Sendable {
    /// One attribute of the items.
    package struct AttributeCard: Codable, Equatable, Sendable {
        /// The column in `attributes.tsv`.
        package var name: String
        /// Whether pictures, titles or both tell it.
        package var source: Attribute.Source
        /// The values, in the order of their indices.
        package var values: [String]
    }

    /// The form of this file; 1.
    package var version = 1
    /// The options of the generator.
    package var options: WorldOptions
    /// The attributes, in the order of the columns of `attributes.tsv`.
    package var attributes: [AttributeCard]
    /// The best that can be expected of a recommender.
    package var ceiling: Ceiling

    /// Describes a world.
    package init(_ world: World) { self.init(world, stop: StopToken()) }

    init(_ world: World, stop: StopToken) {
        options = world.options
        attributes = Attribute.allCases.map { AttributeCard(name: $0.name, source: $0.source, values: $0.values) }
        ceiling = Ceiling(world, stop: stop)
    }
}
