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
