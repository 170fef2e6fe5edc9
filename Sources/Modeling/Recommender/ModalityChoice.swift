/// Which modalities a method reads.
public enum ModalityChoice: String, Sendable, Codable, CaseIterable {
    /// Titles and pictures, as far as encoders are configured.
    case both
    /// Titles alone.
    case text
    /// Pictures alone.
    case image
}
