import Files

/// How a trained run is served over HTTP. None of it changes a trained model or an answer.
package struct ServeSettings: Sendable, Equatable {
    /// The address to listen on.
    package var host = "127.0.0.1"
    /// The port; 0 takes a free one.
    package var port = 8080
    /// Names besides the loopback's that requests may call the server by.
    package var hosts: [String] = []
    /// The file of the tokens that requests need, a line `read|write|admin TOKEN` each; without one only the loopback is served.
    package var tokens: String?
    /// Where changed items, events and pictures are kept; left out, beside the run, in `RUN.served`.
    package var folder: String?
    /// `postgres://...` in place of SQLite in the folder.
    package var database: String?
    /// Whether what was acknowledged survives the loss of power, or the end of the process alone.
    package var durability = Durability.full
    /// Kinds of events that make histories.
    package var positive: [String]?
    /// The newest events of a user that are read.
    package var history = 1000
    /// How many items an answer may have.
    package var top = 1000
    /// Requests that are worked on or wait; more are refused.
    package var requests = 512
    /// New items that wait to be encoded; more are refused.
    package var items = 256
    /// Connections that are open at a time; more wait.
    package var connections = 1024
    /// Seconds after which a connection without a request is closed.
    package var idle = 60
    /// Seconds that a request may take to arrive, and its answer to be read.
    package var patience = 30
    /// Seconds that requests under way have when the server is told to stop.
    package var grace = 20
    /// The size of a JSON body at most.
    package var body = ByteCount(2_000_000)
    /// The size of a body of many lines at most.
    package var bulk = ByteCount(16_000_000)
    /// The size of a picture's file at most.
    package var picture = ByteCount(10_000_000)
    /// The size of all bodies together that are worked on, beyond the first 64 KiB of each; more are refused.
    package var bodies = ByteCount(256_000_000)

    /// What an acknowledged write survives.
    package enum Durability: String, Sendable, CaseIterable, SettingValue {
        /// The loss of power: each write waits for the disk.
        case full
        /// The end of the process.
        case normal
    }

    /// The defaults.
    package init() {}

    /// The bytes of the longest body in JSON that may have a picture in it, in base64.
    package var longestDescription: Int { body.bytes + picture.bytes / 3 * 4 }

    /// The bytes of the longest body that is taken at all.
    package var longestBody: Int { max(longestDescription, bulk.bytes, picture.bytes) }
}

extension ServeSettings: SettingsSection {
    static var settings: [Setting<ServeSettings>] {
        [
            .value("host", \.host, "The address to listen on; another than the loopback's needs tokens."),
            .value("port", \.port, "The port; 0 takes a free one."),
            .value(
                "hosts", \.hosts, "Names besides the loopback's that requests may call the server by, as [shop.example:8080]."),
            .optional("tokens", \.tokens, "The file of the tokens that requests need, a line `read|write|admin TOKEN` each."),
            .optional("folder", \.folder, "Where changed items, events and pictures are kept; left out, beside the run."),
            .optional("database", \.database, "postgres://... in place of SQLite in the folder."),
            .value(
                "durability", \.durability, "What an acknowledged write survives: full (loss of power) or normal (a crash)."),
            .optional("positive", \.positive, "Kinds of events that make histories; left out, all do."),
            .value("history", \.history, "The newest events of a user that are read."),
            .value("top", \.top, "How many items an answer may have."),
            .value("requests", \.requests, "Requests that are worked on or wait; more are refused."),
            .value("items", \.items, "New items that wait to be encoded; more are refused."),
            .value("connections", \.connections, "Connections that are open at a time."),
            .value("idle", \.idle, "Seconds after which a connection without a request is closed."),
            .value("patience", \.patience, "Seconds that a request may take to arrive, and its answer to be read."),
            .value("grace", \.grace, "Seconds that requests under way have when the server is told to stop."),
            .value("body", \.body, "The size of a JSON body at most."),
            .value("bulk", \.bulk, "The size of a body of many lines at most."),
            .value("picture", \.picture, "The size of a picture's file at most."),
            .value("bodies", \.bodies, "The size of all bodies together that are worked on; more are refused."),
        ]
    }

    /// The settings that make no sense.
    func problems() -> Problems {
        var problems = Problems()
        func range(_ value: Int, _ range: ClosedRange<Int>, _ name: String) {
            problems.require(
                range.contains(value), "is \(value), expected \(range.lowerBound) to \(range.upperBound)", at: name)
        }
        range(port, 0...65535, "port")
        range(history, 1...100_000, "history")
        range(top, 1...100_000, "top")
        range(requests, 1...100_000, "requests")
        range(items, 1...100_000, "items")
        range(connections, 1...100_000, "connections")
        for (value, name) in [(idle, "idle"), (patience, "patience"), (grace, "grace")] { range(value, 1...3600, name) }
        for (size, name) in [(body, "body"), (bulk, "bulk"), (picture, "picture")] {
            range(size.bytes, 1000...1_000_000_000, name)
        }
        problems.require(
            bodies.bytes >= longestBody, "is \(bodies), but one body alone may have \(longestBody) bytes", at: "bodies",
            remedy: "Raise it, or lower body, bulk or picture.")
        if let positive {
            problems.require(!positive.isEmpty, "is empty", at: "positive", remedy: "Leave it out for all kinds.")
        }
        return problems
    }
}
