/// What was written about one picture, or about the frames of one video.
struct Caption: Sendable, Equatable {
    /// The text; nil where there is none.
    var text: String?
    /// Whether it was cut at the most tokens.
    var isCut = false
    /// What is wrong with the picture.
    var problem: String?
}

extension Caption {
    /// One caption of several frames: their distinct sentences, in the frames' order.
    init(of frames: [Caption]) {
        self.init()
        guard frames.count > 1 else {
            if let only = frames.first { self = only }
            return
        }
        var seen: Set<String> = []
        let sentences = frames.compactMap(\.text).flatMap(Self.sentences).filter { seen.insert($0.lowercased()).inserted }
        text = sentences.isEmpty ? nil : sentences.joined(separator: " ")
        isCut = frames.contains(where: \.isCut)
        if sentences.isEmpty { problem = frames.compactMap(\.problem).first }
    }

    /// The sentences of a text, each with the mark at its end.
    static func sentences(_ text: String) -> [String] {
        var sentences: [String] = []
        var current = ""
        for word in text.split(separator: " ") {
            current += (current.isEmpty ? "" : " ") + word
            if let last = word.last, ".!?".contains(last) {
                sentences.append(current)
                current = ""
            }
        }
        return current.isEmpty ? sentences : sentences + [current]
    }
}
