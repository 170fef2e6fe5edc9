/// Text within Markdown.
enum MarkdownText {
    /// Text of a table cell: nothing in it ends the cell or becomes markup.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for character in text {
            switch character {
            case "\n", "\r", "\r\n", "\t": escaped += " "
            case "|", "\\", "`", "*", "_", "[", "]", "#", "~": escaped += "\\\(character)"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "&": escaped += "&amp;"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
