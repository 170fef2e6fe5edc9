/// What an acknowledged write survives.
package enum WriteDurability: String, Sendable, CaseIterable {
    /// The loss of power: each transaction waits for the disk.
    case full
    /// The end of the process.
    case normal
}
