import Database
import Files
import Foundation

/// An event as clients send it.
struct EventBody: Decodable {
    var event: Event

    /// The kind of an event that does not say it.
    static let usualKind = "view"
    /// How far ahead of our clock a time may be.
    private static let ahead = 86_400_000

    init(from decoder: any Decoder) throws {
        let fields = try Fields(decoder, known: ["user", "item", "type", "time", "id"])
        let now = Int(Date().timeIntervalSince1970 * 1000)
        let time = try fields.value("time", EventTime.self)?.milliseconds ?? now
        if time > now + Self.ahead {
            throw Failure.value("invalid_time", "\(fields.path("time")) is more than a day ahead", at: fields.path("time"))
        }
        event = Event(
            user: try Checks.id(fields.required("user"), at: fields.path("user")),
            item: try Checks.id(fields.required("item"), at: fields.path("item")),
            kind: try fields.id("type") ?? Self.usualKind, time: time, key: try fields.id("id"))
    }
}

/// An event as it is sent.
struct EventAnswer: Encodable {
    var item: String
    var type: String
    var time: String
    var id: String?

    init(_ event: Event) {
        (item, type, id) = (event.item, event.kind, event.key)
        time = EventTime(milliseconds: event.time).text
    }
}

/// An entry of a list that was not taken.
struct FailedEntry: Encodable {
    /// Its place in the list, from 1, empty lines not counted.
    var entry: Int
    var error: FailureBody.Content
}
