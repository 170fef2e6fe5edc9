/// How the lines of a chart differ: six colours, each solid, dashed and dotted. Series of the same name look the same.
enum LineStyle {
    static let count = 18

    /// The classes of the line at a place.
    static func classes(_ index: Int) -> String { "s\(index % 6)" + ["", " dashed", " dotted"][index / 6 % 3] }

    /// The place of each name among the different names.
    static func places(_ names: [String]) -> [String: Int] {
        names.reduce(into: [:]) { places, name in if places[name] == nil { places[name] = places.count } }
    }
}
