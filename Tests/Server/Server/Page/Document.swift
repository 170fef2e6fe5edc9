import Foundation

/// A page, read as strictly as it is written: every element is closed, and every attribute quoted.
struct Document {
    /// An element with its attributes; those without a value have an empty one.
    struct Element {
        var name: String
        var attributes: [String: String]
        subscript(name: String) -> String? { attributes[name] }
    }

    let text: String
    private(set) var elements: [Element] = []
    /// The text between the elements, without what only a screen reader is told.
    private(set) var plain = ""
    /// What is wrong with its markup.
    private(set) var problems: [String] = []
    /// What is read out.
    private(set) var status = ""

    private static let empty: Set = ["meta", "link", "input", "img", "br", "rect"]

    init(_ reply: RawClient.Reply) { self.init(String(decoding: reply.body, as: UTF8.self)) }

    init(_ text: String) {
        self.text = text
        var open: [Element] = []
        var rest = text[...]
        while let start = rest.firstIndex(of: "<") {
            add(String(rest[..<start]), in: open)
            guard let end = Self.end(of: rest[start...]) else {
                problems.append("a tag does not end: \(rest[start...].prefix(40))")
                break
            }
            let tag = String(rest[rest.index(after: start)..<end])
            rest = rest[rest.index(after: end)...]
            if tag.hasPrefix("!") { continue }
            if tag.hasPrefix("/") {
                let name = String(tag.dropFirst())
                if open.last?.name == name {
                    open.removeLast()
                } else {
                    problems.append("\(name) closes \(open.last?.name ?? "nothing")")
                }
                continue
            }
            let element = read(tag)
            elements.append(element)
            if !tag.hasSuffix("/"), !Self.empty.contains(element.name) { open.append(element) }
        }
        problems += open.map { "\($0.name) is open" }
        let ids = elements.compactMap { $0["id"] }
        if Set(ids).count != ids.count { problems.append("an id stands twice: \(ids.sorted())") }
        plain = plain.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        status = status.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    private mutating func add(_ raw: String, in open: [Element]) {
        let text = Self.decoded(raw)
        if open.contains(where: { $0["role"] == "status" }) {
            status += text
        } else if open.contains(where: { $0["class"] == "unseen" }) {
            return
        } else {
            let isWithin = open.last.map { ["bdi", "q", "b", "span", "code", "a"].contains($0.name) } ?? false
            plain += isWithin ? text : text
        }
        if text.contains("\n") { plain += " " }
    }

    /// The end of a tag: a `>` that is not within quotation marks.
    private static func end(of text: Substring) -> String.Index? {
        var quote: Character?
        for place in text.indices {
            let letter = text[place]
            if let open = quote {
                if letter == open { quote = nil }
            } else if letter == "\"" || letter == "'" {
                quote = letter
            } else if letter == ">" {
                return place
            }
        }
        return nil
    }

    private mutating func read(_ tag: String) -> Element {
        var element = Element(name: String(tag.prefix { $0.isLetter || $0.isNumber }), attributes: [:])
        let body = tag.dropFirst(element.name.count)
        let pattern = /\s+([A-Za-z][-A-Za-z]*)(?:="([^"]*)")?/
        var place = body.startIndex
        while let match = body[place...].prefixMatch(of: pattern) {
            let name = String(match.1)
            if element.attributes.updateValue(match.2.map { Self.decoded(String($0)) } ?? "", forKey: name) != nil {
                problems.append("\(element.name) has \(name) twice")
            }
            place = match.range.upperBound
        }
        let left = body[place...].trimmingCharacters(in: .whitespacesAndNewlines)
        if !left.isEmpty, left != "/" { problems.append("\(element.name) has \(left)") }
        if element["style"] != nil { problems.append("\(element.name) has a style of its own, which the policy forbids") }
        if let handler = element.attributes.keys.first(where: { $0.hasPrefix("on") }) {
            problems.append("\(element.name) has \(handler)")
        }
        return element
    }

    private static func decoded(_ text: String) -> String {
        [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
            .reduce(text) { $0.replacing($1.0, with: $1.1) }
    }

    /// Where it leads and what it loads.
    var addresses: [String] {
        elements.compactMap { $0["href"] ?? $0["src"] ?? $0["action"] }
    }

    /// What marks items with a prefix.
    func keys(_ prefix: String) -> [String] {
        elements.compactMap { $0["data-key"] }.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    }
}
