import Foundation

/// Decomposed text with every character in as few scalars as possible (NFC, NFKC), scalar by scalar.
struct Composition {
    /// The last base character, with what it was composed of so far.
    private var base: Unicode.Scalar?
    /// The marks after it that it could not take up.
    private var marks: [Unicode.Scalar] = []
    private var lastOrder: UInt8 = 0

    /// Adds a scalar of a decomposed text whose marks are in order.
    ///
    /// - Parameter emit: is given the scalars of the result, later than they came.
    mutating func add(_ scalar: Unicode.Scalar, emit: (Unicode.Scalar) -> Void) {
        let order = scalar.isASCII ? 0 : scalar.combiningClass
        guard let base else {
            if order == 0 { self.base = scalar } else { emit(scalar) }
            return
        }
        // A mark cannot pass another of its order.
        if marks.isEmpty || lastOrder < order, let whole = Self.compose(base, scalar) {
            self.base = whole
        } else if order == 0 {
            flush(emit)
            self.base = scalar
        } else {
            marks.append(scalar)
            lastOrder = order
        }
    }

    /// Writes what is held back, at the end of the text.
    mutating func flush(_ emit: (Unicode.Scalar) -> Void) {
        if let base { emit(base) }
        for mark in marks { emit(mark) }
        base = nil
        marks.removeAll(keepingCapacity: true)
        lastOrder = 0
    }

    /// The scalar that two make; nil when they stay apart.
    private static func compose(_ first: Unicode.Scalar, _ second: Unicode.Scalar) -> Unicode.Scalar? {
        if second.isASCII { return nil }
        switch (first.value, second.value) {
        case (0x1100...0x1112, 0x1161...0x1175):
            return Unicode.Scalar(0xAC00 + (first.value - 0x1100) * 588 + (second.value - 0x1161) * 28)
        case (0xAC00...0xD7A3, 0x11A8...0x11C2) where (first.value - 0xAC00) % 28 == 0:
            return Unicode.Scalar(first.value + second.value - 0x11A7)
        default: return pairs[UInt64(first.value) << 32 | UInt64(second.value)]
        }
    }

    /// What each pair of scalars makes, but those that normal forms leave apart.
    private static let pairs: [UInt64: Unicode.Scalar] = {
        let wholes = Decomposition.canonical.filter { value, parts in
            let text = String(String.UnicodeScalarView(parts)).precomposedStringWithCanonicalMapping
            return text.unicodeScalars.elementsEqual([Unicode.Scalar(value)!])
        }
        let byParts = Dictionary(wholes.map { ($1, $0) }, uniquingKeysWith: min)
        var pairs: [UInt64: Unicode.Scalar] = [:]
        for (value, parts) in wholes {
            let start = Array(parts.dropLast())
            guard let first = start.count == 1 ? start[0].value : byParts[start] else { continue }
            pairs[UInt64(first) << 32 | UInt64(parts[parts.count - 1].value)] = Unicode.Scalar(value)
        }
        return pairs
    }()
}
