/// How far a long piece of work has come; libraries report it, the command draws it.
public struct Progress: Sendable, Equatable {
    /// What is being done, as in "encoding pictures".
    public var task: String
    /// How many are done.
    public var done: Int
    /// How many there are; nil when that is not known beforehand.
    public var total: Int?
    /// What is counted, in the plural, as in "items".
    public var unit: String

    /// Makes a progress.
    public init(_ task: String, done: Int, total: Int?, unit: String) {
        self.task = task
        self.done = done
        self.total = total
        self.unit = unit
    }

    /// Takes reports of progress.
    public typealias Handler = (Progress) -> Void
}
