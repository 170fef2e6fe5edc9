/// What turns items into vectors: the methods that are compared, by the names that settings use.
public enum Method: String, Sendable, Codable, CaseIterable {
    /// Side networks over the frozen encoders' hidden states.
    case iisan
    /// One trained vector per item: SASRec on item ids.
    case id
    /// How often an item was trained on; nothing is learned.
    case popularity

    /// Whether there are parameters to train.
    public var isTrained: Bool { self != .popularity }
    /// Whether hidden states are read.
    public var readsStates: Bool { self == .iisan }
}
