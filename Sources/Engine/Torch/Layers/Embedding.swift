/// A table of vectors, looked up by index.
public struct Embedding {
    /// The table [entries, width].
    public let weight: Tensor

    /// Asks for `weight`.
    ///
    /// - Throws: ``UserError`` as ``Parameters`` does.
    public init(_ parameters: Parameters, _ entries: Int, _ width: Int, _ initializer: Initializer = .normal(1)) throws {
        weight = try parameters("weight", [entries, width], initializer)
    }

    /// The vectors of indices (`int64`): [..] to [.., width].
    public func callAsFunction(_ indices: Tensor) -> Tensor { weight.embedding(indices) }
}
