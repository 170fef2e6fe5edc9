import Files

extension ItemChange {
    /// The items with some titles changed.
    func changedTitles(of items: [CatalogueItem], _ rows: [Int]) throws -> [CatalogueItem] {
        var result = items
        let donors = kind == .titlesSwapped ? try donors(of: rows, items, \.title) : []
        for (index, row) in rows.enumerated() {
            guard let title = items[row].title else { continue }
            var random = random(kind.rawValue, items[row].id)
            switch kind {
            case .titlesMissing: result[row].title = nil
            case .titlesShuffled: result[row].title = Self.shuffled(title, &random)
            case .titlesTruncated: result[row].title = Self.truncated(title)
            case .titlesNoisy: result[row].title = Self.mistyped(title, &random)
            case .titlesSwapped: result[row].title = items[donors[index]].title
            case .picturesMissing, .picturesNoisy, .picturesBlurred, .picturesSwapped:
                preconditionFailure("\(kind) is no title's")
            }
        }
        return result
    }

    /// The words in another order; where there is only one order, the same.
    static func shuffled(_ title: String, _ random: inout SplitMix64) -> String {
        let words = title.split(whereSeparator: \.isWhitespace)
        guard Set(words).count > 1 else { return title }
        var order = words
        while order == words { random.shuffle(&order) }
        return order.joined(separator: " ")
    }

    /// The first half of the words.
    static func truncated(_ title: String) -> String {
        let words = title.split(whereSeparator: \.isWhitespace)
        return words.prefix(words.count - words.count / 2).joined(separator: " ")
    }

    /// The title with typing errors at a fifth of its letters, one at least.
    static func mistyped(_ title: String, _ random: inout SplitMix64) -> String {
        let characters = Array(title)
        var letters = characters.indices.filter { characters[$0].isLetter }
        // A title must not vanish: that is another kind of change.
        let mayDrop = letters.count > 1
        random.shuffle(&letters)
        let wrong = Set(letters.prefix(max(1, (letters.count + 2) / 5)))
        var result = ""
        var place = 0
        while place < characters.count {
            let character = characters[place]
            place += 1
            guard wrong.contains(place - 1) else {
                result.append(character)
                continue
            }
            switch random.next(below: 3) {
            case 0 where place < characters.count && characters[place] != character:
                result.append(characters[place])
                result.append(character)
                place += 1
            case 1 where mayDrop: break
            default: result.append(contentsOf: [character, character])
            }
        }
        return result
    }
}
