/// The texts of a vocabulary's tokens, found by their numbers.
struct TokenTexts: Sendable {
    private struct Entry: Sendable {
        var number: Int32
        var count: Int32
        var start: Int
    }

    private var bytes: [UInt8] = []
    /// In the numbers' order.
    private var entries: [Entry] = []

    /// Collects the texts of tokens. Numbers need not follow each other; of two texts with one number the later one counts.
    init(_ tokens: some Collection<(String, Int32)>) {
        entries.reserveCapacity(tokens.count)
        var isSorted = true
        for (text, number) in tokens {
            let start = bytes.count
            bytes.append(contentsOf: text.utf8)
            if let last = entries.last, last.number >= number { isSorted = false }
            entries.append(Entry(number: number, count: Int32(clamping: bytes.count - start), start: start))
        }
        // Swift's sort keeps the order of equal elements.
        if !isSorted { entries.sort { $0.number < $1.number } }
    }

    /// The text of a token as UTF-8; nil for a number that is no token's.
    func text(of number: Int32) -> [UInt8]? {
        // The first entry of a larger number.
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].number <= number { low = middle + 1 } else { high = middle }
        }
        guard low > 0, entries[low - 1].number == number else { return nil }
        let entry = entries[low - 1]
        return Array(bytes[entry.start..<entry.start + Int(entry.count)])
    }
}
