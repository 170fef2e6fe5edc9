import CoreMetrics
import Foundation

/// What a server measures of itself.
package struct ServerMetrics: Sendable {
    /// Where the numbers are.
    package let numbers = PrometheusMetrics(
        help: [
            "iisan_requests_total": "Requests by route, method and status.",
            "iisan_request_seconds": "Seconds from a request's head to its answer, by route.",
            "iisan_requests_under_way": "Requests that are worked on.",
            "iisan_body_bytes": "Bytes of the bodies of requests that are worked on, beyond the first 65,536 of each.",
            "iisan_bodies_refused_total": "Requests that were refused because of the others' bodies.",
            "iisan_model_seconds": "Seconds from a question to its answer: the wait and the work.",
            "iisan_model_questions_total": "Questions that the model has answered.",
            "iisan_model_batches_total": "How often the model has answered some together.",
            "iisan_answer_questions": "Questions of one request.",
            "iisan_database_items": "Items that are not as the dataset has them.",
            "iisan_database_events": "Events.",
            "iisan_database_users": "Users with an event.",
            "iisan_database_bytes": "Bytes of the database.",
            "iisan_database_pending_bytes": "Bytes that are not yet in their place.",
            "iisan_catalogue_revision": "The revision of the items that the database has.",
            "iisan_ready": "1 while questions are answered.",
            "iisan_uptime_seconds": "Seconds since the start.",
        ],
        buckets: ["iisan_answer_questions": [1, 2, 4, 8, 16, 32, 64, 128, 256]])

    /// How long the last answers took.
    let recent = RecentAnswers()

    /// Notes a request that was answered.
    func request(_ route: String, _ method: String, _ status: Int, took duration: Duration) {
        Counter(
            label: "iisan_requests_total", dimensions: [("route", route), ("method", method), ("status", "\(status)")],
            factory: numbers
        ).increment()
        numbers.makeTimer(label: "iisan_request_seconds", dimensions: [("route", route)])
            .recordNanoseconds(duration.nanoseconds)
    }

    /// Requests that are worked on.
    func underWay(_ count: Int) { gauge("iisan_requests_under_way", Double(count)) }

    /// Notes an answer of the model.
    func answer(_ questions: Int, took duration: Duration) {
        numbers.makeTimer(label: "iisan_model_seconds", dimensions: []).recordNanoseconds(duration.nanoseconds)
        recent.note(duration / .seconds(1))
        numbers.makeRecorder(label: "iisan_answer_questions", dimensions: [], aggregate: true).record(Int64(questions))
    }

    /// A number as it is now.
    func gauge(_ name: String, _ value: Double) { numbers.makeMeter(label: name, dimensions: []).set(value) }

    /// A count that another has.
    func total(_ name: String, _ value: Int) {
        numbers.set(counter: name, to: Double(value))
    }
}

extension Duration {
    /// The whole nanoseconds.
    var nanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
    /// The milliseconds, rounded to hundredths.
    var milliseconds: Double { (Double(nanoseconds) / 1e4).rounded() / 100 }
}
