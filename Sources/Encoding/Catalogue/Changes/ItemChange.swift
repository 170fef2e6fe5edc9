import Encoders
package import Files
package import Foundation

/// What happens to some of a catalogue's items before they are encoded: how robust is a recommender to it?
///
/// The seed alone decides which items are changed, so that all kinds change the same items where all have a title and a picture, and a
/// higher rate changes those of a lower one too, each in the same way. Nothing depends on the machine or on the order of the items.
package struct ItemChange: Sendable, Equatable {
    /// What happens.
    package let kind: ItemChangeKind
    /// The share of the items that are changed, of those that have a title or picture to change: 0 to 1.
    package let rate: Double
    /// Decides which items are changed and how.
    package let seed: UInt64

    /// Makes a change.
    ///
    /// - Throws: ``UserError`` when the rate is no share.
    package init(kind: ItemChangeKind, rate: Double, seed: UInt64 = 42) throws {
        guard (0...1).contains(rate) else { throw UserError("is \(rate), expected 0 to 1", at: "rate") }
        self.kind = kind
        self.rate = rate
        self.seed = seed
    }

    /// The items with some of them changed; their number, order and ids stay.
    ///
    /// - Parameters:
    ///   - items: the catalogue.
    ///   - workFolder: where changed pictures are written, as PNG; one that lies there from an earlier call is not made again.
    /// - Throws: ``UserError`` when there is nothing to swap with, or a picture cannot be written. A picture that cannot be read stays
    ///   as it is: encoding will name it.
    package func changed(_ items: [CatalogueItem], workFolder: URL) throws -> [CatalogueItem] {
        let rows = chosen(of: items)
        return kind.modality == .text ? try changedTitles(of: items, rows) : try changedPictures(of: items, rows, workFolder)
    }

    /// The places of the items to change.
    func chosen(of items: [CatalogueItem]) -> [Int] {
        let candidates = items.indices.filter { items[$0].has(kind.modality) }
            .map { (row: $0, key: number("choice", items[$0].id)) }
            .sorted { ($0.key, items[$0.row].id) < ($1.key, items[$1.row].id) }
        return candidates.prefix(Int((rate * Double(candidates.count)).rounded())).map(\.row)
    }

    /// For each of some items, another that has something else to give: the same one at every rate.
    ///
    /// - Throws: ``UserError`` when all items have the same.
    func donors<Content: Equatable>(
        of rows: [Int], _ items: [CatalogueItem], _ content: (CatalogueItem) -> Content
    ) throws -> [Int] {
        // By id, so that the catalogue's order does not matter.
        let candidates = items.indices.filter { items[$0].has(kind.modality) }.sorted { items[$0].id < items[$1].id }
        return try rows.map { row in
            var random = random(kind.rawValue, items[row].id)
            let start = random.next(below: candidates.count)
            let own = content(items[row])
            guard let donor = (candidates[start...] + candidates[..<start]).first(where: { content(items[$0]) != own }) else {
                throw UserError(
                    "there is nothing to swap with: all items have the same", at: kind.rawValue,
                    remedy: "Choose another change, or a catalogue with different items.")
            }
            return donor
        }
    }

    /// Random numbers for one purpose and one thing.
    func random(_ purpose: String, _ thing: String) -> SplitMix64 { SplitMix64(seed: number(purpose, thing)) }

    private func number(_ purpose: String, _ thing: String) -> UInt64 {
        var hash = ContentHash()
        for part in [String(seed), purpose, thing] { hash.update(part) }
        return UInt64(hash.digits.prefix(16), radix: 16) ?? 0
    }
}

/// What may happen to an item's title or picture.
package enum ItemChangeKind: String, Sendable, CaseIterable, Codable {
    /// There is no title.
    case titlesMissing = "titles-missing"
    /// The title's words are in a random order.
    case titlesShuffled = "titles-shuffled"
    /// The second half of the title's words is cut off; of an odd number the middle one stays.
    case titlesTruncated = "titles-truncated"
    /// Typing errors: a fifth of the title's letters, one at least, are dropped, doubled or swapped with the next character.
    case titlesNoisy = "titles-noisy"
    /// The title is another item's.
    case titlesSwapped = "titles-swapped"
    /// There is no picture.
    case picturesMissing = "pictures-missing"
    /// Gaussian noise lies on the picture, with a deviation of a quarter of the full range.
    case picturesNoisy = "pictures-noisy"
    /// The picture is blurred (Gaussian) with a deviation of a twentieth of its shorter side.
    case picturesBlurred = "pictures-blurred"
    /// The picture is another item's.
    case picturesSwapped = "pictures-swapped"

    /// Which of an item's two sides changes, so that the states of the other can be kept.
    package var modality: Modality {
        switch self {
        case .titlesMissing, .titlesShuffled, .titlesTruncated, .titlesNoisy, .titlesSwapped: .text
        case .picturesMissing, .picturesNoisy, .picturesBlurred, .picturesSwapped: .image
        }
    }
}

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
