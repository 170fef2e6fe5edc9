/// How an ``SQLiteDatabase`` keeps what it is given.
package struct SQLiteOptions: Sendable, Equatable {
    /// What an acknowledged write survives.
    package enum Durability: String, Sendable, CaseIterable {
        /// The loss of power: each transaction waits for the disk.
        case full
        /// The end of the process.
        case normal
    }

    /// What an acknowledged write survives; default the loss of power.
    package var durability = Durability.full
    /// Bytes that stay free on the disk: writes are refused before the log has no room to be brought to its place. Default 64 MB.
    package var leastFree = 64_000_000
    /// Seconds that a call waits for another program that holds the file, as a backup tool may; default 5.
    package var patience = 5.0

    /// The defaults.
    package init() {}
}
