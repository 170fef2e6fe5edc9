/// A table for a terminal: the first column to the left, the others to the right.
struct StudyTable {
    /// The columns' names.
    let titles: [String]
    /// The cells, row by row.
    var rows: [[String]] = []

    /// The lines, each column as wide as its widest cell.
    var text: String {
        let lines = [titles] + rows
        let widths = titles.indices.map { column in lines.map { $0[column].count }.max() ?? 0 }
        return lines.map { line in
            let cells = line.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - line[column].count)
                return column == 0 ? line[column] + space : space + line[column]
            }
            let text = cells.joined(separator: "  ")
            return String(text.reversed().drop { $0 == " " }.reversed()) + "\n"
        }.joined()
    }
}
