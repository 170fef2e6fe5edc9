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
    /// What is done beside the answers; nil where nothing is.
    package var upkeep: Upkeep?
    /// Opens the newest run in place of the one that answers.
    package var reload: @Sendable () async throws -> ModelService.Receipt

    /// Joins them.
    package init(
        model: ModelService, items: any ItemWriting, pictures: any PictureServing, database: any ServerDatabase,
        method: @escaping @Sendable () async -> String, upkeep: Upkeep? = nil,
        reload: @escaping @Sendable () async throws -> ModelService.Receipt
    ) {
        (self.model, self.items, self.pictures, self.database) = (model, items, pictures, database)
        (self.method, self.upkeep, self.reload) = (method, upkeep, reload)
    }
}
