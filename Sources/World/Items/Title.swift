/// The wording of titles: each says kind, craft, theme and maker, in one of several forms.
enum Title {
    /// A title for an item with these attributes.
    static func make(_ attributes: ItemAttributes, random: inout SeededRandom) -> String {
        let noun = random.pick(attributes.kind.nouns)
        let material = random.pick(attributes.kind.materials)
        let craft = TitleWords.crafts[attributes[.craft]]
        let theme = TitleWords.themes[attributes[.theme]]
        let maker = TitleWords.makers[attributes[.maker]]
        let craftWord = random.pick(craft.adjectives)
        let craftPhrase = random.pick(craft.phrases)
        let themeWord = random.pick(theme.adjectives)
        let themePhrase = random.pick(theme.phrases)
        let title =
            switch random.index(7) {
            case 0: "\(craftWord) \(material) \(noun) by \(maker), \(themePhrase)"
            case 1: "\(maker) \(themeWord) \(noun), \(craftWord) \(material)"
            case 2: "\(themeWord) \(noun) in \(craftWord) \(material) by \(maker)"
            case 3: "\(noun) \(themePhrase), \(craftPhrase), by \(maker)"
            case 4: "\(craftWord) \(themeWord) \(noun) by \(maker), \(themePhrase)"
            case 5: "\(maker) \(material) \(noun) \(themePhrase), \(craftPhrase)"
            default: "\(themeWord) \(noun), \(craftWord) and \(craftPhrase), by \(maker)"
            }
        return title.prefix(1).uppercased() + title.dropFirst()
    }
}

/// What titles say, in several wordings each.
enum TitleWords {
    /// A value that only the title tells.
    struct Meaning: Sendable {
        /// The value's name in files.
        var name: String
        /// Words that are before the noun.
        var adjectives: [String]
        /// Words that are at the end.
        var phrases: [String]
    }

    static let crafts: [Meaning] = [
        Meaning(
            name: "recycled", adjectives: ["recycled", "reclaimed", "upcycled"],
            phrases: ["made from what others threw away", "saved from the scrapyard", "given a second life"]),
        Meaning(
            name: "handmade", adjectives: ["hand-made", "handcrafted", "artisan"],
            phrases: ["no two alike", "shaped by hand", "from a small workshop"]),
        Meaning(
            name: "vintage", adjectives: ["vintage", "retro", "old-fashioned"],
            phrases: ["in the manner of the fifties", "after an old catalogue", "as grandmother had it"]),
        Meaning(
            name: "organic", adjectives: ["organic", "natural", "plant-based"],
            phrases: ["free of plastics", "kind to the soil", "with nothing synthetic"]),
        Meaning(
            name: "featherlight", adjectives: ["featherlight", "lightweight", "ultralight"],
            phrases: ["weighs next to nothing", "hardly there at all", "light as a letter"]),
        Meaning(
            name: "rugged", adjectives: ["rugged", "hard-wearing", "heavy-duty"],
            phrases: ["built to last", "guaranteed for thirty years", "survives anything"]),
        Meaning(
            name: "luxury", adjectives: ["luxury", "deluxe", "exquisite"],
            phrases: ["with gilded details", "for those who want the best", "finished like jewellery"]),
        Meaning(
            name: "minimalist", adjectives: ["minimalist", "pared-back", "understated"],
            phrases: ["nothing superfluous", "less of everything", "reduced to the essential"]),
    ]

    static let themes: [Meaning] = [
        Meaning(
            name: "camping", adjectives: ["camping", "campfire", "trail"],
            phrases: ["for nights under canvas", "for the campsite", "for weekends in the woods"]),
        Meaning(
            name: "morning", adjectives: ["morning", "breakfast", "sunrise"],
            phrases: ["for slow mornings", "for the first hour of the day", "for late breakfasts"]),
        Meaning(
            name: "seaside", adjectives: ["seaside", "coastal", "harbour"],
            phrases: ["for days by the sea", "for walks along the shore", "for the beach house"]),
        Meaning(
            name: "reading", adjectives: ["reader's", "library", "bookish"],
            phrases: ["for long evenings with a book", "for a corner full of novels", "for poets"]),
        Meaning(
            name: "city", adjectives: ["city", "commuter", "urban"],
            phrases: ["for the way to work", "for busy weekdays", "for crowded trains"]),
        Meaning(
            name: "garden", adjectives: ["garden", "allotment", "greenhouse"],
            phrases: ["for muddy hands", "for people with roses", "for afternoons on the lawn"]),
        Meaning(
            name: "winter", adjectives: ["winter", "fireside", "alpine"],
            phrases: ["for snowy weekends", "for the ski cabin", "for cold days"]),
        Meaning(
            name: "party", adjectives: ["party", "festive", "birthday"],
            phrases: ["for a house full of guests", "for dancing till late", "for the big day"]),
        Meaning(
            name: "travel", adjectives: ["travel", "voyager", "holiday"],
            phrases: ["for far places", "for the next trip", "for a life out of a suitcase"]),
        Meaning(
            name: "children", adjectives: ["nursery", "playroom", "children's"],
            phrases: ["for the little ones", "for bedtime stories", "for toddlers"]),
        Meaning(
            name: "studio", adjectives: ["studio", "atelier", "painter's"],
            phrases: ["for the drawing table", "for people who make things", "for artists"]),
        Meaning(
            name: "calm", adjectives: ["yoga", "meditation", "spa"],
            phrases: ["for deep breaths", "for an hour of calm", "for a quiet mind"]),
    ]

    static let makers = [
        "Fenwick & Rue", "Oda Works", "Lindqvist", "Marlow House", "Tern Brothers", "Casa Noor",
        "Pell & Daughters", "Kestrel", "Halden", "Atelier Brume", "Juniper Lane", "Sato",
    ]
}
