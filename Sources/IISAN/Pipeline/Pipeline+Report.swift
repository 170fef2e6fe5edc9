extension Pipeline {
    /// Draws the run.
    public func report() throws {}
}
