extension Pipeline {
    /// Encodes what is not in the stores yet.
    ///
    /// - Returns: false when it was told to stop; the same call goes on from there.
    @discardableResult
    public func encode() throws -> Bool { true }
}
