/// Places for the names of dots where they cover neither dots nor one another.
struct LabelPlacement {
    /// A rectangle in the chart's pixels.
    struct Box {
        var left: Double
        var right: Double
        var top: Double
        var bottom: Double

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    /// A name's place.
    struct Label {
        var box: Box
        /// The point of the box nearest to the dot.
        var near: (x: Double, y: Double)
        /// Whether a line should lead to the dot.
        var isFar: Bool
    }

    /// One per name; nil where no place is free.
    let labels: [Label?]

    private static let height = 15.0
    private static let distances = [8.0, 16, 26, 38, 52, 70]
    private static let directions: [(x: Double, y: Double)] = [
        (1, 0), (-1, 0), (0.7, -0.7), (-0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (0, -1), (0, 1),
    ]

    /// Tries for each dot places around it, near ones first.
    init(
        names: [String], dots: [(x: Double, y: Double)], within area: (left: Double, right: Double, top: Double, bottom: Double)
    ) {
        var taken = dots.map { Box(left: $0.x - 6, right: $0.x + 6, top: $0.y - 6, bottom: $0.y + 6) }
        var labels: [Label?] = []
        for (name, dot) in zip(names, dots) {
            let width = Double(name.count) * ChartFrame.letter
            let candidates = Self.distances.flatMap { distance in
                Self.directions.map { Self.label(width: width, dot: dot, direction: $0, distance: distance) }
            }
            let free = candidates.first { label in
                label.box.left >= area.left && label.box.right <= area.right + 10 && label.box.top >= area.top - 4
                    && label.box.bottom <= area.bottom && !taken.contains { $0.meets(label.box) }
            }
            if let free { taken.append(free.box) }
            labels.append(free)
        }
        self.labels = labels
    }

    private static func label(width: Double, dot: (x: Double, y: Double), direction: (x: Double, y: Double), distance: Double)
        -> Label
    {
        let near = (x: dot.x + direction.x * distance, y: dot.y + direction.y * distance)
        let left = direction.x > 0 ? near.x : direction.x < 0 ? near.x - width : near.x - width / 2
        let top = direction.y > 0 ? near.y : direction.y < 0 ? near.y - height : near.y - height / 2
        return Label(
            box: Box(left: left, right: left + width, top: top, bottom: top + height), near: near, isFar: distance > 16)
    }
}
