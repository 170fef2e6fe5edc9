/// What becomes of pictures that cannot be read.
public enum PicturePolicy: String, Sendable, Codable, CaseIterable { case fail, skip }
