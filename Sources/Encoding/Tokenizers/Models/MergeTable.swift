import Files
import Foundation

/// Which two tokens become one, and in which order: from a pair of tokens to its rank and the token that it becomes.
struct MergeTable: Sendable {
    /// What a pair becomes.
    struct Merge: Sendable {
        /// The smaller, the earlier.
        var rank: Int32
        /// The token that the pair becomes.
        var token: Int32
    }

    private struct Slot: Sendable {
        /// The pair: the left token in the upper half. All ones where there is none; tokens are never negative.
        var pair = UInt64.max
        var merge = Merge(rank: 0, token: 0)
    }

    private var slots: [Slot]
    /// Drawn again for each table, so that no file can be made whose pairs all fall on one slot.
    private let factor = UInt64.random(in: 0 ... .max) | 1
    private let shift: UInt64

    /// Makes a table for at most so many pairs.
    init(capacity: Int) {
        let count = max(16, capacity * 2).nextPowerOfTwo
        slots = Array(repeating: Slot(), count: count)
        shift = UInt64(64 - count.trailingZeroBitCount)
    }

    /// Adds a pair; one that is there already gets the new merge.
    mutating func insert(_ left: Int32, _ right: Int32, _ merge: Merge) {
        let pair = Self.pair(left, right)
        let slot = slot(of: pair)
        slots[slot] = Slot(pair: pair, merge: merge)
    }

    /// What two tokens become; nil when they stay apart.
    @inline(__always)
    func merge(_ left: Int32, _ right: Int32) -> Merge? {
        let slot = slots[slot(of: Self.pair(left, right))]
        return slot.pair == .max ? nil : slot.merge
    }

    @inline(__always)
    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(of pair: UInt64) -> Int {
        let mask = slots.count - 1
        var slot = Int(truncatingIfNeeded: (pair &* factor) >> shift)
        while slots[slot].pair != pair && slots[slot].pair != .max { slot = (slot + 1) & mask }
        return slot
    }
}

/// A file of merges: a pair per line, the tokens apart by a blank; a first line with "#version" does not count. It may be gzip.
enum MergesFile {
    /// Reads the pairs, the first `most` at most.
    ///
    /// - Throws: ``UserError`` that names the line.
    static func read(_ file: URL, most: Int = .max) throws -> [(String, String)] {
        let lines = try LineReader(file)
        var pairs: [(String, String)] = []
        while pairs.count < most, let line = try lines.next() {
            if line.isEmpty || lines.number == 1 && line.contains("#version") { continue }
            guard let pair = BytePairs.pair(line) else {
                throw UserError(
                    "expected two tokens with a blank between them", at: lines.place, remedy: "Fetch the file again.")
            }
            pairs.append(pair)
        }
        return pairs
    }

    /// OpenAI's file holds more merges than CLIP has: its vocabulary is the 256 bytes, those again at the ends of words, a
    /// token per merge, and two special tokens, 49,408 in all.
    private static let mergesOfCLIP = 49_408 - 2 * 256 - 2

    /// Reads OpenAI's file for CLIP (`bpe_simple_vocab_16e6.txt.gz`).
    ///
    /// - Throws: ``UserError`` when there are too few merges.
    static func readCLIP(_ file: URL) throws -> (tokens: [(token: String, identifier: Int32)], merges: [(String, String)]) {
        let pairs = try read(file, most: mergesOfCLIP)
        guard pairs.count == mergesOfCLIP else {
            throw UserError(
                "has \(pairs.count) merges, expected \(mergesOfCLIP)", at: file.path,
                remedy: "Fetch bpe_simple_vocab_16e6.txt.gz again.")
        }
        // Bytes come in the order of their characters: those that stand for themselves first.
        let bytes = ByteCharacters.scalars.sorted { $0.value < $1.value }.map { String(Character($0)) }
        let tokens = bytes + bytes.map { $0 + "</w>" } + pairs.map { $0 + $1 } + ["<|startoftext|>", "<|endoftext|>"]
        return (tokens.enumerated().map { ($1, Int32($0)) }, pairs)
    }
}
