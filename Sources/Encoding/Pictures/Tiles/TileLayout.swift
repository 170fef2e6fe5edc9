/// How a picture was cut into tiles.
package struct TileLayout: Sendable, Equatable {
    /// The rows of tiles; 0 where the whole picture is the only one.
    package let rows: Int
    /// The tiles of a row; 0 where the whole picture is the only one.
    package let columns: Int
    /// The picture's own size.
    package let original: PictureSize

    /// Makes a layout.
    package init(rows: Int, columns: Int, original: PictureSize) {
        self.rows = rows
        self.columns = columns
        self.original = original
    }

    /// The number of tiles, the whole picture among them.
    package var count: Int { rows * columns + 1 }

    /// The part of the map of features that shows the picture: a picture of other proportions than its tiles together was padded on two
    /// sides, which LLaVA-NeXT and its kin take off again (`unpad_image` in `transformers`).
    ///
    /// - Parameters:
    ///   - rows: the map's rows, those of all tiles one below the other.
    ///   - columns: its columns.
    ///   - original: the picture's own size.
    /// - Returns: the rows and columns that stay.
    package static func unpadded(
        rows: Int, columns: Int, original: PictureSize
    ) -> (rows: Range<Int>, columns: Range<Int>) {
        let (height, width) = (Double(original.height), Double(original.width))
        if width / height > Double(columns) / Double(rows) {
            let kept = wholeNumber(height * (Double(columns) / width))
            let padding = max(0, rows - kept) / 2
            return (padding..<rows - padding, 0..<columns)
        }
        let kept = wholeNumber(width * (Double(rows) / height))
        let padding = max(0, columns - kept) / 2
        return (0..<rows, padding..<columns - padding)
    }

    /// The map of features that a model with LLaVA-NeXT's tiles reads.
    ///
    /// - Parameters:
    ///   - side: the rows, and the columns, of features of one tile.
    ///   - most: a map of more than about so many tiles' features is scaled down (`anyres_max_9`); nil: it never is.
    package func featureMap(side: Int, most: Int? = nil) -> TileFeatureMap {
        let kept = Self.unpadded(rows: rows * side, columns: columns * side, original: original)
        var map = TileFeatureMap(
            keptRows: kept.rows, keptColumns: kept.columns, rows: kept.rows.count, columns: kept.columns.count)
        if let most {
            let ratio = (Double(map.rows * map.columns) / Double(most * side * side)).squareRoot()
            if ratio > 1.1 {
                map.rows = Self.flooredQuotient(Double(map.rows), ratio)
                map.columns = Self.flooredQuotient(Double(map.columns), ratio)
            }
        }
        return map
    }

    /// The whole part of a number that is rounded to seven digits after the point before: one just below a whole number counts as it.
    private static func wholeNumber(_ number: Double) -> Int {
        let below = number.rounded(.down)
        return Int(below) + (below + 1 - number <= 5e-8 ? 1 : 0)
    }

    /// How often a number goes into another, as Python's `//` computes it: by the remainder, which is exact.
    private static func flooredQuotient(_ number: Double, _ divisor: Double) -> Int {
        let quotient = (number - number.truncatingRemainder(dividingBy: divisor)) / divisor
        return Int(quotient.rounded())
    }
}

/// The features of a picture's tiles as one map.
package struct TileFeatureMap: Sendable, Equatable {
    /// The rows that show the picture, of those of all tiles.
    package let keptRows: Range<Int>
    /// The columns that show it.
    package let keptColumns: Range<Int>
    /// The map's rows in the end: fewer than are kept where it is scaled down, bilinearly.
    package var rows: Int
    /// The map's columns in the end.
    package var columns: Int

    /// Whether it is scaled down.
    package var isScaled: Bool { rows != keptRows.count || columns != keptColumns.count }

    /// How many of the prompt's tokens stand for a picture: the features of the whole, then the map with one more at the end of each row.
    ///
    /// - Parameter whole: the features of the tile that shows the whole picture.
    package func tokenCount(whole: Int) -> Int { whole + rows * (columns + 1) }
}
