import Files

/// The encoders of a run on a thread of their own, so that no question waits for them.
actor EncodingLane {
    private let executor = ThreadExecutor(name: "served encoders")
    private let make: @Sendable () throws -> any ItemEncoding
    private let waiting: WaitingQuestions
    /// Made by the first item.
    private var encoder: (any ItemEncoding)?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - limit: how many items may wait.
    ///   - make: loads the encoders.
    init(limit: Int, _ make: @escaping @Sendable () throws -> any ItemEncoding) {
        waiting = WaitingQuestions(limit: limit)
        self.make = make
    }

    /// An item with its states.
    ///
    /// - Throws: ``Refusal`` for a title or picture that cannot be used, where an encoder is missing, and when as many wait as may.
    nonisolated func encoded(_ item: NewItem) async throws -> EncodedItem {
        try await waiting.during { try await self.encode(item) }
    }

    private func encode(_ item: NewItem) throws -> EncodedItem {
        try Task.checkCancellation()
        let encoder = try self.encoder ?? Refusal.wrapping(.noEncoder, make)
        self.encoder = encoder
        let states = try Refusal.wrapping(.unusableItem) { try encoder.states(of: item) }
        return EncodedItem(item, states: states, encoders: encoder.encoders)
    }
}
