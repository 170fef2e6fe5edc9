/// The BERT family's normal form.
///
/// In this order: control characters go and white space becomes a blank (`cleanText`), blanks are put around Chinese characters
/// (`separateChinese`), accents go (`stripAccents`), letters become small (`lowercase`).
struct BertNormalizer: Sendable {
    /// Whether control characters go and white space becomes a blank.
    let cleanText: Bool
    /// Whether each Chinese character becomes a word.
    let separateChinese: Bool
    /// Whether text is decomposed and its nonspacing marks go.
    let stripAccents: Bool
    /// Whether letters become small.
    let lowercase: Bool
    /// What each ASCII character becomes; 0 where it is dropped.
    private let ascii: [UInt8]

    init(cleanText: Bool = true, separateChinese: Bool = true, stripAccents: Bool = true, lowercase: Bool = true) {
        self.cleanText = cleanText
        self.separateChinese = separateChinese
        self.stripAccents = stripAccents
        self.lowercase = lowercase
        ascii = (0..<128).map { byte in
            let scalar = Unicode.Scalar(UInt8(byte))
            if cleanText {
                if scalar.isControl { return 0 }
                if scalar.properties.isWhitespace { return 0x20 }
            }
            return lowercase && (0x41...0x5A).contains(byte) ? UInt8(byte) | 0x20 : UInt8(byte)
        }
    }

    /// The normal form of some UTF-8 text.
    func normalize(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count + text.count / 8)
        var decomposition = Decomposition()
        var position = 0
        ascii.withUnsafeBufferPointer { ascii in
            while position < text.count {
                let byte = text[position]
                if byte < 0x80 {
                    position += 1
                    let mapped = ascii[Int(byte)]
                    // The character 0 stands for itself only where nothing is cleaned.
                    if mapped == 0 && cleanText { continue }
                    decomposition.flush { write($0, to: &result) }
                    result.append(mapped)
                } else {
                    add(text.scalar(at: &position), &decomposition, &result)
                }
            }
        }
        decomposition.flush { write($0, to: &result) }
        return result
    }

    /// Whether a scalar is dropped.
    func drops(_ scalar: Unicode.Scalar) -> Bool {
        cleanText && (scalar.isControl || scalar == "\u{FFFD}") || stripAccents && scalar.isNonspacingMark
    }

    private func add(_ scalar: Unicode.Scalar, _ decomposition: inout Decomposition, _ result: inout [UInt8]) {
        if cleanText {
            let kind = ScalarClass(scalar)
            if scalar == "\u{FFFD}" || kind.contains(.control) { return }
            if kind.contains(.space) {
                decomposition.flush { write($0, to: &result) }
                result.append(0x20)
                return
            }
        }
        let apart = separateChinese && scalar.isChinese
        if apart {
            decomposition.flush { write($0, to: &result) }
            result.append(0x20)
        }
        if stripAccents {
            decomposition.add(scalar, keep: { !ScalarClass($0).contains(.nonspacingMark) }, emit: { write($0, to: &result) })
        } else {
            write(scalar, to: &result)
        }
        if apart { result.append(0x20) }
    }

    @inline(__always)
    private func write(_ scalar: Unicode.Scalar, to result: inout [UInt8]) {
        if lowercase { result.appendLowercase(scalar) } else { result.append(scalar) }
    }
}
