import Foundation
import Server

extension FuzzTarget {
    /// What clients send to a server, in the form that each route reads.
    static let requests = RequestForm.allCases.map { form in
        FuzzTarget(name: "request-\(form.rawValue)") {
            seedsOfRequests(form).map { Data($0.utf8) }
        } read: { bytes in
            do { try form.read(Data(bytes)).forEach(check) } catch let failure as Failure { check(failure) }
        }
    }

    /// A client's fault, which can be told.
    private static func check(_ failure: Failure) {
        claim([400, 413, 422].contains(failure.status.code), "status \(failure.status.code)")
        claim((try? JSONEncoder().encode(failure.body)) != nil, "the failure cannot be told")
    }

    private static func seedsOfRequests(_ form: RequestForm) -> [String] {
        switch form {
        case .question: [question, #"{"user":"u1","n":10}"#]
        case .batch: [#"{"requests":[\#(question),{"user":"u"},{"n":0}]}"#]
        case .vectors: [#"{"histories":[["1","2"],["3"]],"items":["9"]}"#]
        case .preview: [#"{"title":"T","picture":"aGFsbG8=","n":3}"#]
        case .item: [item]
        case .patch: [item, #"{"title":null,"picture":null,"tags":null}"#]
        case .items: ["[\(line),\(line)]"]
        case .itemLines: ["\(line)\n\n \r\n\(line)\n"]
        case .events: [#"[\#(event),{"user":"u","item":"1","time":1700000000}]"#]
        case .eventLines: ["\(event)\n\(event)"]
        case .id: ["a%2Fb", "%EF%BB%BFx"]
        }
    }

    private static let item = #"{"title":"A \u00e9 \ud83d\ude00","tags":["red","x"],"hidden":true,"picture":"aGFsbG8="}"#
    private static let line = #"{"id":"a/b","title":"B","tags":[],"hidden":false}"#
    private static let event = #"{"user":"u","item":"7","type":"buy","time":"2026-03-01T12:00:00.5+02:00","id":"k"}"#
    private static let question = """
        {"history":["12",{"title":"T","picture":"aGFsbG8="}],"n":5,"exclude":["1"],"where":[["red"],["a","b"]],"keep_seen":true,\
        "diversity":0.5,"reasons":true,"min_revision":3}
        """
}
