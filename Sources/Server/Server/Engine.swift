package import Database
package import Serving

/// What answers and keeps, once it is open.
package struct Engine: Sendable {
    /// What answers questions.
    package var model: ModelService
    /// Whoever changes items.
    package var items: any ItemWriting
    /// Whoever has their pictures.
    package var pictures: any PictureServing
    /// What keeps events.
    package var database: any ServerDatabase
    /// The method of the model that answers now, as `iisan`.
    package var method: @Sendable () async -> String
    /// Opens the newest run in place of the one that answers.
    package var reload: @Sendable () async throws -> ModelService.Receipt
    /// Tidies up, every minute: the database's checkpoint, and whatever else needs it.
    package var upkeep: @Sendable () async throws -> Void

    /// Joins them.
    ///
    /// - Parameter upkeep: what is done every minute besides the database's checkpoint.
    package init(
        model: ModelService, items: any ItemWriting, pictures: any PictureServing, database: any ServerDatabase,
        method: @escaping @Sendable () async -> String, reload: @escaping @Sendable () async throws -> ModelService.Receipt,
        upkeep: @escaping @Sendable () async throws -> Void = {}
    ) {
        (self.model, self.items, self.pictures, self.database) = (model, items, pictures, database)
        (self.method, self.reload) = (method, reload)
        self.upkeep = {
            try await database.checkpoint()
            try await upkeep()
        }
    }
}
