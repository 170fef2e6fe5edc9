/// A table for a terminal: each column as wide as its widest cell, and no cell is ever cut.
package struct TextTable {
    /// On which side of its column a cell is.
    package enum Side: Sendable { case left, right }

    /// The cells, row by row; a row may end early.
    package var rows: [[String]]
    private let sides: [Side]

    /// Makes a table.
    ///
    /// - Parameters:
    ///   - sides: those of the first columns; the last of them is that of the columns after.
    ///   - rows: the cells.
    package init(_ sides: [Side], _ rows: [[String]] = []) {
        self.sides = sides
        self.rows = rows
    }

    /// Makes a table of numbers: the first column to the left, the others to the right, below titles.
    package init(titles: [String]) { self.init([.left, .right], [titles]) }

    /// The lines, two spaces between the columns, each with a line end.
    package var text: String {
        let cells = rows.map { $0.map(\.onOneLine) }
        var widths: [Int] = []
        for row in cells {
            for (column, cell) in row.enumerated() {
                if column == widths.count { widths.append(0) }
                widths[column] = max(widths[column], cell.terminalColumns)
            }
        }
        return cells.map { row in
            var line = ""
            for (column, cell) in row.enumerated() {
                let space = String(repeating: " ", count: widths[column] - cell.terminalColumns)
                let side = column < sides.count ? sides[column] : sides.last ?? .left
                line += (column == 0 ? "" : "  ") + (side == .left ? cell + space : space + cell)
            }
            while line.last == " " { line.removeLast() }
            return line + "\n"
        }.joined()
    }
}

extension String {
    /// How many columns of a terminal the text takes: two for each wide character, none for what only joins or marks others.
    package var terminalColumns: Int { reduce(0) { $0 + $1.terminalColumns } }
}

extension Character {
    fileprivate var terminalColumns: Int {
        // Almost all text is ASCII.
        if let ascii = asciiValue { return ascii < 0x20 || ascii == 0x7F ? 0 : 1 }
        let scalars = unicodeScalars
        if scalars.contains(where: { $0.isWide || $0.value == 0xFE0F }) { return 2 }
        return scalars.allSatisfy(\.isWithoutWidth) ? 0 : 1
    }
}

extension Unicode.Scalar {
    /// East Asian Wide and Fullwidth, and emoji that are shown as pictures.
    fileprivate var isWide: Bool {
        switch value {
        case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F, 0xAC00...0xD7A3,
            0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
            true
        default: properties.isEmojiPresentation
        }
    }

    fileprivate var isWithoutWidth: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .format, .control: true
        default: false
        }
    }
}
