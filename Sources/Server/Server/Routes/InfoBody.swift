import IISAN

/// What a server says of itself.
struct InfoBody: Encodable {
    var model: String
    var method: String
    var catalogueRevision: Int
    var acceptsItems: Bool
    var whyNot: String?
    var comparedBy: [String]
    var positive: [String]?
    var durability: String
    var limits: Limits

    enum CodingKeys: String, CodingKey {
        case model, method, positive, durability, limits
        case catalogueRevision = "catalogue_revision"
        case acceptsItems = "accepts_items"
        case whyNot = "accepts_no_items_because"
        case comparedBy = "compared_by"
    }

    /// The bounds of requests.
    struct Limits: Encodable {
        var values: [String: Int]

        init(_ settings: ServeSettings) {
            values = [
                "n": settings.top, "history": Checks.history, "exclude": Checks.exclude, "batch": Checks.batch,
                "items": Checks.items, "events": Checks.events, "id_bytes": Checks.idBytes,
                "title_characters": Checks.titleCharacters, "tags": Checks.tags, "user_history": settings.history,
                "body_bytes": settings.body.bytes, "bulk_bytes": settings.bulk.bytes, "picture_bytes": settings.picture.bytes,
                "bodies_bytes": settings.bodies.bytes,
                "requests": settings.requests, "waiting_items": settings.items, "connections": settings.connections,
                "idle_seconds": settings.idle, "request_seconds": settings.patience,
            ]
        }

        func encode(to encoder: any Encoder) throws { try values.encode(to: encoder) }
    }
}
