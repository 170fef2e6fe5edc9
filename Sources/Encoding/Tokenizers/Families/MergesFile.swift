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
}
