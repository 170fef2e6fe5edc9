/// White space as a character of its own ("▁"), which is also put before the text.
struct Metaspace: Sendable {
    /// Where the character is put, when it is not there already.
    enum Prefix: String, Sendable {
        /// Before each part of the text.
        case always
        /// Before the text's start only.
        case first
        /// Nowhere.
        case never
    }

    /// What stands for a blank, as UTF-8.
    let replacement: [UInt8]
    /// Where it is put.
    let prefix: Prefix

    /// Reads the settings of an entry; older files have `add_prefix_space` in place of `prepend_scheme`.
    init(_ entry: JSONEntry) throws {
        let text = try entry.optional("replacement")
        replacement = Array(try text?.string().utf8 ?? "▁".utf8)
        guard String(decoding: replacement, as: UTF8.self).unicodeScalars.count == 1 else {
            throw text!.error("is not one character")
        }
        let adds = try entry.bool("add_prefix_space", default: true)
        guard let scheme = try entry.optional("prepend_scheme") else {
            prefix = adds ? .always : .never
            return
        }
        guard let prefix = Prefix(rawValue: try scheme.string()) else {
            throw scheme.error("\"\(try scheme.string())\" is not a scheme; expected always, first or never")
        }
        self.prefix = prefix
    }

    /// The usual character.
    init(prefix: Prefix) {
        replacement = Array("▁".utf8)
        self.prefix = prefix
    }

    /// A part of a text with the character in place of each blank.
    ///
    /// - Parameter isFirst: whether the part is the text's start.
    func replace(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count * 2)
        let begins = text.first == 0x20 || text.starts(with: replacement)
        if !begins, prefix == .always || prefix == .first && isFirst { result += replacement }
        for byte in text {
            if byte == 0x20 { result += replacement } else { result.append(byte) }
        }
        return result
    }
}
