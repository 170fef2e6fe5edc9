extension BytePairs {
    /// Makes the model that the entry `model` of a `tokenizer.json` describes.
    ///
    /// - Parameter isByteLevel: whether its words are given as bytes that its tokens' characters stand for.
    /// - Throws: ``UserError`` that names the key.
    init(_ entry: JSONEntry, isByteLevel: Bool) throws {
        if let dropout = try entry.optional("dropout") {
            guard case .number(0) = dropout.value else {
                throw dropout.error("dropout makes tokens random, which is not supported; expected null or 0")
            }
        }
        let options = Options(
            unknownToken: try entry.optional("unk_token")?.string(),
            fusesUnknown: try entry.bool("fuse_unk", default: false),
            fallsBackToBytes: try entry.bool("byte_fallback", default: false),
            ignoresMerges: try entry.bool("ignore_merges", default: false),
            prefix: try entry.optional("continuing_subword_prefix")?.string() ?? "",
            suffix: try entry.optional("end_of_word_suffix")?.string() ?? "",
            isByteLevel: isByteLevel)
        try self.init(
            vocabulary: entry.required("vocab").vocabulary(), merges: Self.merges(of: entry.required("merges")),
            options: options,
            place: "\(entry.file): \"\(entry.path)\"")
    }

    /// The merges, each of which is written as a pair of tokens, or in older files as one text with a blank between them.
    static func merges(of entry: JSONEntry) throws -> [(String, String)] {
        guard case .array(let elements) = entry.value else { throw entry.error("is not an array") }
        var pairs: [(String, String)] = []
        pairs.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let pair = pair(element) else { throw try entry.element(index).error("is not a pair of tokens") }
            pairs.append(pair)
        }
        return pairs
    }

    private static func pair(_ value: JSONValue) -> (String, String)? {
        switch value {
        case .array(let parts):
            guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] else { return nil }
            return (left, right)
        case .string(let text): return pair(text)
        default: return nil
        }
    }

    /// The two tokens of a line of merges; nil when there are not two with a blank between them.
    static func pair(_ line: String) -> (String, String)? {
        let bytes = line.utf8
        guard let blank = bytes.firstIndex(of: 0x20) else { return nil }
        let right = bytes[bytes.index(after: blank)...]
        guard blank > bytes.startIndex, !right.isEmpty, !right.contains(0x20) else { return nil }
        return (String(line[..<blank]), String(line[right.startIndex...]))
    }
}
