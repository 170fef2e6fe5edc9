/// A failure that its user can mend: a file, a setting or a machine is not as it has to be.
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
        var text = place.map { "\($0): \(problem)" } ?? problem
        if let remedy { text += "\n  \(remedy)" }
        return text
    }
}
