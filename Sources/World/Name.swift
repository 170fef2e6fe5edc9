/// How items and users are called in files: a letter and a number, with zeros before it so that names sort as the numbers do.
struct Name: Sendable {
    /// What a name begins with.
    let letter: Character
    /// How many digits a number has.
    let digits: Int

    /// The names of things that are numbered below a count.
    init(_ letter: Character, below count: Int) {
        self.letter = letter
        digits = "\(count - 1)".count
    }

    /// Adds the name of a thing.
    func append(_ number: Int, to line: inout [UInt8]) {
        line.append(letter.asciiValue!)
        let start = line.count
        line.append(contentsOf: repeatElement(UInt8(ascii: "0"), count: digits))
        var rest = number
        for place in stride(from: start + digits - 1, through: start, by: -1) {
            line[place] += UInt8(rest % 10)
            rest /= 10
        }
    }

    /// The name of a thing.
    func callAsFunction(_ number: Int) -> String {
        var name: [UInt8] = []
        append(number, to: &name)
        return String(decoding: name, as: UTF8.self)
    }
}
