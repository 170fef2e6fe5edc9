import Foundation

/// A failure that its user can correct: a file, a setting or a machine is not as it has to be.
///
/// Every error that can reach a user of the command or the library has this one form, so that each says where, what and what to do.
/// Mistakes of our own are preconditions instead.
public struct UserError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Where it is: `items.tsv:12`, `model.safetensors: tensor "pooler.bias"`, `config.yaml: train.rate`; nil when there is no place.
    public var place: String?
    /// What is wrong: what was found and what was expected.
    public var problem: String
    /// What to do about it, as an instruction; nil when nothing better can be said than the problem itself.
    public var remedy: String?

    /// Makes an error.
    public init(_ problem: String, at place: String? = nil, remedy: String? = nil) {
        self.place = place
        self.problem = problem
        self.remedy = remedy
    }

    /// The error as shown: `place: problem`, and the remedy on a line of its own.
    public var description: String {
        var text = place.map { "\($0.onOneLine): \(problem)" } ?? problem
        if let remedy { text += "\n  \(remedy)" }
        return text
    }
}

extension UserError {
    /// The error of the system call that just failed, from `errno`.
    ///
    /// - Parameters:
    ///   - action: what was tried, as in "could not open the file".
    ///   - path: the file it was tried on.
    package static func system(_ action: String, at path: String, code: Int32 = errno) -> UserError {
        let remedy: String? =
            switch code {
            case ENOSPC, EDQUOT: "Free some space on this disk or choose another folder; nothing was left behind."
            case ENOENT: "Check the path."
            case EACCES, EPERM, EROFS: "Check who may read and write here."
            case EFBIG: "Raise the limit of a file's size (ulimit -f), or choose a disk that takes larger files."
            case EMFILE, ENFILE: "Raise the limit of open files (ulimit -n)."
            default: nil
            }
        return UserError("\(action): \(String(cString: strerror(code)))", at: path, remedy: remedy)
    }

    /// An error of Foundation's about a file, in the words of the system: Foundation's own are often but a number.
    ///
    /// - Parameters:
    ///   - action: what was tried, as in "could not list the folder".
    ///   - path: the file it was tried on.
    package static func system(_ action: String, at path: String, error: any Error) -> UserError {
        // In Foundation for Linux the cause is no `NSError` until it is made one.
        if let cause = ((error as NSError).userInfo[NSUnderlyingErrorKey] as? any Error).map({ $0 as NSError }),
            cause.domain == NSPOSIXErrorDomain
        {
            return system(action, at: path, code: Int32(cause.code))
        }
        return UserError("\(action): \(error.localizedDescription)", at: path)
    }
}

/// The nearest of some known words to a word that was mistyped.
package enum Suggestion {
    /// The known word that needs the fewest edits to become `word`.
    ///
    /// - Returns: nil when even the nearest needs more edits than a third of its length (at least 2).
    package static func nearest(to word: String, in known: some Sequence<String>) -> String? {
        guard let best = ordered(known, by: word).first else { return nil }
        return best.edits <= max(2, best.word.count / 3) ? best.word : nil
    }

    /// A sentence that names the nearest known word, or some when none is near: the nearest ones, in the order of the alphabet.
    package static func sentence(for word: String, in known: some Collection<String>) -> String {
        if let near = nearest(to: word, in: known) { return "Did you mean \(near.quoted)?" }
        let shown = ordered(known, by: word).prefix(most).map(\.word).sorted().map(\.bounded)
        let rest = known.count - shown.count
        return "Known here: \(shown.joined(separator: ", "))\(rest > 0 ? " and \(rest) more" : "")."
    }

    /// Words that a sentence names, so that it stays one.
    private static let most = 16
    /// A longer word is no mistyped one, and comparing it takes long.
    private static let longest = 200

    private static func ordered(_ known: some Sequence<String>, by word: String) -> [(word: String, edits: Int)] {
        let letters = Array(word.prefix(longest + 1).lowercased())
        return known.map { other in
            let others = Array(other.prefix(longest + 1).lowercased())
            let isLong = letters.count > longest || others.count > longest
            return (other, isLong ? longest : edits(letters, others))
        }.sorted { ($0.edits, $0.word) < ($1.edits, $1.word) }
    }

    /// Levenshtein's distance.
    private static func edits(_ a: [Character], _ b: [Character]) -> Int {
        var row = Array(0...b.count)
        for (i, x) in a.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, y) in b.enumerated() {
                let above = row[j + 1]
                row[j + 1] = min(above + 1, row[j] + 1, diagonal + (x == y ? 0 : 1))
                diagonal = above
            }
        }
        return row[b.count]
    }
}
