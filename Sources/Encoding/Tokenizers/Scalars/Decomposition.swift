import Foundation

/// Text with every character in its parts (NFD, NFKD), scalar by scalar: "é" becomes "e" and an accent.
///
/// Foundation does this for whole strings at about 1.5 MB/s; with a table of the scalars that have parts it is far faster.
struct Decomposition {
    /// Which parts a character has.
    enum Kind: Sendable {
        /// Those that mean the same (NFD).
        case canonical
        /// Also those that look alike (NFKD): "ﬁ" becomes "fi".
        case compatible
    }

    private let kind: Kind
    /// The marks since the last base character, with their order; written once the next base character comes.
    private var marks: [(order: UInt8, scalar: Unicode.Scalar)] = []

    /// Starts a text.
    init(_ kind: Kind = .canonical) { self.kind = kind }

    /// Adds a scalar's parts.
    ///
    /// - Parameter emit: is given the scalars in their final order, later than they came where marks have to be ordered.
    @inline(__always)
    mutating func add(_ scalar: Unicode.Scalar, keep: (Unicode.Scalar) -> Bool, emit: (Unicode.Scalar) -> Void) {
        if scalar.isASCII {
            addPart(scalar, emit)
        } else if let parts = Self.parts(of: scalar, kind) {
            for part in parts where keep(part) { addPart(part, emit) }
        } else if keep(scalar) {
            addPart(scalar, emit)
        }
    }

    /// Writes the marks that are still held back, as the end of the text or a character that parts words asks for.
    @inline(__always)
    mutating func flush(_ emit: (Unicode.Scalar) -> Void) {
        if marks.isEmpty { return }
        writeMarks(emit)
    }

    @inline(__always)
    private mutating func addPart(_ scalar: Unicode.Scalar, _ emit: (Unicode.Scalar) -> Void) {
        let order = ScalarClass(scalar).contains(.ordered) ? scalar.combiningClass : 0
        if order == 0 {
            flush(emit)
            emit(scalar)
        } else {
            marks.append((order, scalar))
        }
    }

    private mutating func writeMarks(_ emit: (Unicode.Scalar) -> Void) {
        // Marks of one order keep their sequence; counting by order keeps a hostile run of marks linear.
        let orders = Set(marks.map(\.order)).sorted()
        for order in orders {
            for mark in marks where mark.order == order { emit(mark.scalar) }
        }
        marks.removeAll(keepingCapacity: true)
    }

    /// The parts of a scalar; nil when it has none but itself.
    static func parts(of scalar: Unicode.Scalar, _ kind: Kind = .canonical) -> [Unicode.Scalar]? {
        switch scalar.value {
        case 0xAC00...0xD7A3: syllable(scalar.value - 0xAC00)
        case 0x3400..<0xA000, 0..<0xA0: nil
        default: kind == .canonical ? canonical[scalar.value] : compatible[scalar.value]
        }
    }

    /// A Hangul syllable is computed from its place: 21 vowels times 28 endings (the first of which is none) per first
    /// consonant.
    private static func syllable(_ index: UInt32) -> [Unicode.Scalar] {
        var parts = [Unicode.Scalar(0x1100 + index / 588)!, Unicode.Scalar(0x1161 + index % 588 / 28)!]
        if index % 28 > 0 { parts.append(Unicode.Scalar(0x11A7 + index % 28)!) }
        return parts
    }

    /// The parts of every scalar of the blocks that have any, but the Hangul syllables.
    static let canonical = table([0xC0...0x33FF, 0xF900...0xFB4F, 0x11000...0x12000, 0x1D100...0x1D200, 0x2F800...0x2FA1F]) {
        $0.decomposedStringWithCanonicalMapping
    }

    private static let compatible = table([
        0xA0...0x33FF, 0xA000...0xABFF, 0xF900...0xFFFF, 0x10000...0x12000, 0x1D000...0x1F2FF, 0x2F800...0x2FA1F,
    ]) { $0.decomposedStringWithCompatibilityMapping }

    private static func table(
        _ blocks: [ClosedRange<UInt32>], _ decompose: (String) -> String
    ) -> [UInt32: [Unicode.Scalar]] {
        var table: [UInt32: [Unicode.Scalar]] = [:]
        for scalar in blocks.joined().lazy.compactMap(Unicode.Scalar.init) where scalar.isAssigned(in: 9) {
            let parts = Array(decompose(String(Character(scalar))).unicodeScalars)
            if parts != [scalar] { table[scalar.value] = parts }
        }
        return table
    }
}
