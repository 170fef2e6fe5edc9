package import Foundation
import Hummingbird

/// The forms of what clients send, each read as its route reads it: for whoever tries them without a server.
package enum RequestForm: String, Sendable, CaseIterable {
    case question, batch, vectors, preview, item, patch, id
    case items, itemLines = "item-lines"
    case events, eventLines = "event-lines"

    /// Reads what was sent.
    ///
    /// - Returns: the failures of the entries that are not good, where others are taken without them.
    /// - Throws: ``Failure``, and nothing else.
    @discardableResult
    package func read(_ bytes: Data) throws -> [Failure] {
        switch self {
        case .question: try value(RecommendBody.self, bytes)
        case .batch:
            let batch: BatchBody = try Request.decoded(bytes)
            return Self.failures(batch.requests)
        case .vectors: try value(VectorsController.Body.self, bytes)
        case .preview: try value(PreviewBody.self, bytes)
        case .item: try value(ItemBody.self, bytes)
        case .patch: try value(ItemPatch.self, bytes)
        case .id: _ = try ServerContext.id(String(decoding: bytes, as: UTF8.self), at: "item")
        case .items, .itemLines: return Self.failures(try list(ItemLine.self, bytes, entries: Checks.items))
        case .events, .eventLines: return Self.failures(try list(EventBody.self, bytes, entries: Checks.events))
        }
        return []
    }

    private func value<Value: Decodable>(_: Value.Type, _ bytes: Data) throws { let _: Value = try Request.decoded(bytes) }

    private func list<Value: Decodable>(
        _: Value.Type, _ bytes: Data, entries: Int
    ) throws -> [Result<Value, Failure>] {
        try Request.list(bytes, isLines: [.itemLines, .eventLines].contains(self), entries: entries)
    }

    private static func failures<Value>(_ entries: [Result<Value, Failure>]) -> [Failure] {
        entries.compactMap { if case .failure(let failure) = $0 { failure } else { nil } }
    }
}
