/// A pattern of file names: `*` stands for any letters but `/`, `?` for one of them.
struct HubPattern {
    private let pattern: [UInt8]

    init(_ pattern: String) { self.pattern = Array(pattern.utf8) }

    /// Whether the whole of a name is matched. Goes back to the last `*` only, so time is at most their product.
    func matches(_ name: String) -> Bool {
        let name = Array(name.utf8)
        var position = 0
        var place = 0
        var star: (position: Int, place: Int)?
        while place < name.count {
            if position < pattern.count, pattern[position] == UInt8(ascii: "*") {
                star = (position, place)
                position += 1
            } else if position < pattern.count, pattern[position] == name[place] || isAny(pattern[position], name[place]) {
                position += 1
                place += 1
            } else if let last = star, name[last.place] != UInt8(ascii: "/") {
                star = (last.position, last.place + 1)
                position = last.position + 1
                place = last.place + 1
            } else {
                return false
            }
        }
        return pattern[position...].allSatisfy { $0 == UInt8(ascii: "*") }
    }

    private func isAny(_ pattern: UInt8, _ letter: UInt8) -> Bool {
        pattern == UInt8(ascii: "?") && letter != UInt8(ascii: "/")
    }
}
