/// Places for the names of dots where they cover neither dots nor one another.
struct LabelPlacement {
    /// A rectangle in the chart's pixels.
    struct Box {
        var left: Double
        var right: Double
        var top: Double
        var bottom: Double

        init(left: Double, right: Double, top: Double, bottom: Double) {
            self.left = left
            self.right = right
            self.top = top
            self.bottom = bottom
        }

        /// What a straight line takes, and a little about it.
        init(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) {
            self.init(
                left: min(start.x, end.x) - 2, right: max(start.x, end.x) + 2, top: min(start.y, end.y) - 2,
                bottom: max(start.y, end.y) + 2)
        }

        func meets(_ other: Box) -> Bool {
            left < other.right && other.left < right && top < other.bottom && other.top < bottom
        }
    }

    /// A name's place.
    struct Label {
        var box: Box
        /// The point of the box nearest to the dot.
        var near: (x: Double, y: Double)
        /// How far the name is from the dot.
        var distance: Int
        /// Whether a line should lead to the dot.
        var isFar: Bool { distance > 16 }
    }

    /// One per name; nil where no place is free.
    let labels: [Label?]

    private static let height = 15.0
    private static let distances = [8, 16, 26, 38, 52, 70]
    private static let directions: [(x: Double, y: Double)] = [
        (1, 0), (-1, 0), (0.7, -0.7), (-0.7, -0.7), (0.7, 0.7), (-0.7, 0.7), (0, -1), (0, 1),
    ]

    /// Tries for each dot places around it, near ones first, and few lines crossed before many.
    init(
        names: [String], dots: [(x: Double, y: Double)], lines: [Box] = [],
        within area: (left: Double, right: Double, top: Double, bottom: Double)
    ) {
        var taken = dots.map { Box(left: $0.x - 6, right: $0.x + 6, top: $0.y - 6, bottom: $0.y + 6) }
        var labels: [Label?] = []
        for (name, dot) in zip(names, dots) {
            let width = Double(name.count) * ChartFrame.letter
            let candidates = Self.distances.flatMap { distance in
                Self.directions.map { Self.label(width: width, dot: dot, direction: $0, distance: distance) }
            }
            let free = candidates.filter { label in
                label.box.left >= area.left && label.box.right <= area.right + 10 && label.box.top >= area.top - 4
                    && label.box.bottom <= area.bottom && !taken.contains { $0.meets(label.box) }
            }
            // A line crossed is as bad as a place twice as far.
            let crossings = free.map { label in lines.count { $0.meets(label.box) } }
            let best = free.indices.min { free[$0].distance + 16 * crossings[$0] < free[$1].distance + 16 * crossings[$1] }
            if let best { taken.append(free[best].box) }
            labels.append(best.map { free[$0] })
        }
        self.labels = labels
    }

    private static func label(width: Double, dot: (x: Double, y: Double), direction: (x: Double, y: Double), distance: Int)
        -> Label
    {
        let near = (x: dot.x + direction.x * Double(distance), y: dot.y + direction.y * Double(distance))
        let left = direction.x > 0 ? near.x : direction.x < 0 ? near.x - width : near.x - width / 2
        let top = direction.y > 0 ? near.y : direction.y < 0 ? near.y - height : near.y - height / 2
        return Label(
            box: Box(left: left, right: left + width, top: top, bottom: top + height), near: near, distance: distance)
    }
}
