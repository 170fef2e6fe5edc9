/// What has become of a list of items from one history to the next.
struct ListChange: Sendable, Equatable {
    /// What has become of an item.
    enum Move: Sendable, Equatable {
        /// It was not in the list.
        case new
        /// It was so many places further down.
        case up(Int)
        /// It was so many places further up.
        case down(Int)
        case same

        /// As a mark, and as it is read out; nil where nothing has changed.
        var texts: (mark: String, spoken: String)? {
            switch self {
            case .new: ("new", "new in the list")
            case .up(let places): ("\u{25B2} \(places)", "up \(places) \(places == 1 ? "place" : "places")")
            case .down(let places): ("\u{25BC} \(places)", "down \(places) \(places == 1 ? "place" : "places")")
            case .same: nil
            }
        }
    }

    /// What has become of each item of the new list.
    let moves: [Move]
    /// Places of the old list whose items are not in the new one.
    let gone: [Int]

    /// Compares two lists of ids.
    init(from before: [String], to after: [String]) {
        let places = Dictionary(zip(before, before.indices)) { one, _ in one }
        moves = after.enumerated().map { place, id in
            guard let old = places[id] else { return .new }
            return old == place ? .same : old > place ? .up(old - place) : .down(place - old)
        }
        let kept = Set(after)
        gone = before.indices.filter { !kept.contains(before[$0]) }
    }

    /// What has changed in a sentence.
    var sentence: String {
        let new = moves.count { $0 == .new }
        let up = moves.count { if case .up = $0 { true } else { false } }
        let down = moves.count { if case .down = $0 { true } else { false } }
        if new + up + down + gone.count == 0 { return "The list is the same." }
        let parts = [
            new > 0 ? "\(new) of \(moves.count) are new" : nil, up > 0 ? "\(up) moved up" : nil,
            down > 0 ? "\(down) moved down" : nil,
        ].compactMap { $0 }
        return parts.isEmpty ? "The list is shorter." : parts.joined(separator: ", ") + "."
    }
}
