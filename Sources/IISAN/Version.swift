/// This release.
public enum Version {
    /// As in `1.2.0`: what breaks programs or files raises the first number, what is new the second.
    public static let current = "0.1.0"
}
