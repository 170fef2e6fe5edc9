import Datasets
import Files
package import Foundation

/// How the lists of many histories are written down.
package enum ListForm: String, Sendable, CaseIterable {
    /// For people: a heading and a table for each history.
    case text
    /// A line for each item: whose list, rank, item, score; titles above the columns. Histories without an answer have no line.
    case tsv
    /// One array with an object for each history.
    case json
    /// A line for each history, an object.
    case jsonl

    /// What comes before the first list.
    ///
    /// - Parameter name: what the column is called that says whose list it is.
    package func head(_ name: String) -> Data {
        switch self {
        case .text, .jsonl: Data()
        case .tsv: Data("\(name)\trank\titem_id\tscore\n".utf8)
        case .json: Data("[".utf8)
        }
    }

    /// What comes after the last list.
    package func tail(isEmpty: Bool) -> Data { self == .json ? Data((isEmpty ? "]\n" : "\n]\n").utf8) : Data() }

    /// Appends lists, each as the same bytes whatever stands before it.
    ///
    /// - Parameter isFirst: whether none has been written before.
    package func append(_ answers: [AnswerList], isFirst: Bool, to bytes: inout [UInt8]) {
        for (place, answer) in answers.enumerated() {
            switch self {
            case .text: appendText(answer, to: &bytes)
            case .tsv: appendTable(answer, to: &bytes)
            case .json:
                bytes += (isFirst && place == 0 ? "\n  " : ",\n  ").utf8
                appendObject(answer, to: &bytes)
            case .jsonl:
                appendObject(answer, to: &bytes)
                bytes.append(UInt8(ascii: "\n"))
            }
        }
    }

    private func appendText(_ answer: AnswerList, to bytes: inout [UInt8]) {
        let heading =
            switch answer.name {
            case .user(let id): id
            case .line(let number, let id): id.map { "\(number)  \($0)" } ?? "\(number)"
            }
        switch answer.items {
        case .success(let items):
            let rows = items.map { ["  \($0.rank)", String(format: "%.4f", $0.score), $0.item, $0.title ?? ""] }
            let left = answer.ignored.isEmpty ? "" : "  (left out: \(answer.ignored.map(\.onOneLine).joined(separator: ", ")))"
            bytes += "\(heading.onOneLine)\(left)\n\(TextTable([.right, .right, .left], rows).text)\n".utf8
        case .failure(let error): bytes += "\(heading.onOneLine)  error: \(error.problem.onOneLine)\n\n".utf8
        }
    }

    private func appendTable(_ answer: AnswerList, to bytes: inout [UInt8]) {
        guard case .success(let items) = answer.items else { return }
        let name =
            switch answer.name {
            case .user(let id): id.onOneLine
            case .line(let number, let id): id?.onOneLine ?? "\(number)"
            }
        for item in items {
            bytes += name.utf8
            bytes += "\t\(item.rank)\t".utf8
            bytes += item.item.onOneLine.utf8
            bytes += "\t\(item.score)\n".utf8
        }
    }

    private func appendObject(_ answer: AnswerList, to bytes: inout [UInt8]) {
        switch answer.name {
        case .user(let id):
            bytes += #"{"user":"#.utf8
            JSONText.append(id, to: &bytes)
        case .line(let number, let id):
            bytes += #"{"line":\#(number)"#.utf8
            if let id {
                bytes += #","id":"#.utf8
                JSONText.append(id, to: &bytes)
            }
        }
        switch answer.items {
        case .success(let items):
            bytes += #","items":["#.utf8
            for (place, item) in items.enumerated() {
                bytes += (place == 0 ? "" : ",").utf8
                bytes += #"{"rank":\#(item.rank),"item":"#.utf8
                JSONText.append(item.item, to: &bytes)
                if let title = item.title {
                    bytes += #","title":"#.utf8
                    JSONText.append(title, to: &bytes)
                }
                bytes += #","score":\#(item.score)}"#.utf8
            }
            bytes.append(UInt8(ascii: "]"))
            if !answer.ignored.isEmpty {
                bytes += #","ignored":["#.utf8
                for (place, id) in answer.ignored.enumerated() {
                    bytes += (place == 0 ? "" : ",").utf8
                    JSONText.append(id, to: &bytes)
                }
                bytes.append(UInt8(ascii: "]"))
            }
            bytes.append(UInt8(ascii: "}"))
        case .failure(let error):
            bytes += #","error":"#.utf8
            JSONText.append(error.problem, to: &bytes)
            bytes += "}".utf8
        }
    }
}
