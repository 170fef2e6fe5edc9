import Files
import Foundation

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
