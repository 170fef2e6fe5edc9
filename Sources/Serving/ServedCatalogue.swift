import Files
package import Foundation
import Metrics
package import Modeling
package import Ranking
package import Torch

/// What answers are computed from, as it is kept in a file: opening it computes nothing.
///
/// A safetensors file with the item vectors of all parts side by side (`items`, float32 [items, width], and `lengths`, which spare a search
/// to read them), the user encoder's parameters, the neighbours' counts, and the items' shares of the training interactions (`popularity`,
/// which files of older builds lack). Its metadata has under `score` the parts in JSON and under
/// `inputs` a hash of all that it was made of. It is mapped: only the rows that a question needs are read.
package struct ServedCatalogue {
    /// What ranks.
    package let score: Score
    /// The items, over the mapped file.
    package let search: ExactSearch
    /// How many of a history's newest items are seen.
    package let positions: Int
    /// The share of the training interactions of each item; nil where the file does not say.
    package let popularity: FixedNumbers<Float>?

    private static let formatVersion = 1

    /// What the metadata says.
    private struct Form: Codable {
        var formatVersion: Int
        var items: Int
        var positions: Int
        var parts: [Part]
        var weights: ScoreWeights
        var userEncoder: UserEncoderOptions?
        var neighbours: Neighbours?

        struct Part: Codable {
            var part: ScorePart
            var width: Int
            var kind: Kind
            var decay: Double?
        }
        enum Kind: String, Codable { case network, standardised, content, constant }
        struct Neighbours: Codable {
            var options: NeighbourOptions
            var scale: Double
        }
    }

    /// The hash of what a file was made of; nil where there is none, or it cannot be read.
    package static func inputs(of url: URL) -> String? { (try? SafetensorsFile(url))?.metadata["inputs"] }

    /// Opens a file.
    ///
    /// - Throws: ``UserError`` when it is missing, damaged or of another version.
    package init(_ url: URL) throws {
        let file = try SafetensorsFile(url)
        let weights = try Weights(file: url)
        func damaged(_ problem: String) -> UserError {
            UserError(problem, at: url.path, remedy: "Remove the file: it is made again.")
        }
        guard let text = file.metadata["score"], let form = try? JSONFile.decoder.decode(Form.self, from: Data(text.utf8))
        else {
            throw damaged("does not say what it holds")
        }
        guard form.formatVersion == Self.formatVersion else {
            throw damaged("is of version \(form.formatVersion), this program reads version \(Self.formatVersion)")
        }
        guard form.parts.allSatisfy({ (1...ExactSearch.greatestWidth).contains($0.width) }), form.parts.count < 1000 else {
            throw damaged("has parts of impossible widths")
        }
        let width = max(1, form.parts.reduce(0) { $0 + $1.width })
        let items = try weights.tensor("items", shape: [form.items, width])
        guard items.dtype == .float32, form.items > 0 else { throw damaged("has no item vectors") }
        var dense: [Score.Dense] = []
        var start = 0
        for part in form.parts {
            let columns = items.narrowed(1, start..<start + part.width)
            start += part.width
            switch part.kind {
            case .network, .standardised:
                guard let options = form.userEncoder else { throw damaged("has no user encoder") }
                let parameters = Parameters(.weights(weights), trained: false)
                let encoder = try UserEncoder(
                    parameters.scoped("user_encoder"), width: part.width, positions: form.positions, options)
                let standardisation =
                    part.kind == .network
                    ? nil
                    : Score.Dense.Standardisation(
                        mean: try weights.tensor("mean", shape: [1, part.width]),
                        covariance: try weights.tensor("covariance", shape: [part.width, part.width]))
                dense.append(.network(encoder, parameters, items: columns, standardisation: standardisation))
            case .content: dense.append(.content(part.part, columns, decay: part.decay ?? 1))
            case .constant: dense.append(.constant(part.part, columns))
            }
        }
        var prior: NeighbourPrior?
        if let neighbours = form.neighbours {
            let pairs = CoOccurrence(
                starts: try FixedNumbers("neighbours.starts", type: "I64", in: file),
                items: try FixedNumbers("neighbours.items", type: "I32", in: file),
                counts: try FixedNumbers("neighbours.counts", type: "F32", in: file))
            let factors = try FixedNumbers<Float>("neighbours.factors", type: "F32", in: file)
            guard pairs.starts.count == form.items + 1, factors.count == form.items else {
                throw damaged("has neighbours of other items")
            }
            prior = NeighbourPrior(pairs, factors: factors, neighbours.options, scale: neighbours.scale)
        }
        guard !dense.isEmpty || prior != nil else { throw damaged("has no part") }
        score = Score(dense, neighbours: prior, itemCount: form.items, joined: items, weights: form.weights)
        let lengths = Array(try file.elements("lengths", type: "F32", as: Float.self))
        guard let entry = file.entries["items"], lengths.count == RowBlock.lengthCount(rows: form.items) else {
            throw damaged("has no lengths of its item vectors")
        }
        let perBlock = RowBlock.lengthCount(rows: RowBlock.usualCount)
        let blocks = try stride(from: 0, to: form.items, by: RowBlock.usualCount).enumerated().map { place, first in
            let rows = first..<min(form.items, first + RowBlock.usualCount)
            let bytes =
                entry.range.lowerBound + rows.lowerBound * 4 * width..<entry.range.lowerBound + rows.upperBound * 4 * width
            return try RowBlock(
                file.file, bytes, width: width, first: first,
                lengths: Array(lengths[place * perBlock..<min(lengths.count, (place + 1) * perBlock)]))
        }
        search = ExactSearch(blocks, width: width)
        positions = form.positions
        popularity =
            file.entries["popularity"] == nil
            ? nil : try FixedNumbers<Float>("popularity", type: "F32", in: file)
        guard popularity.map({ $0.count == form.items }) ?? true else { throw damaged("has the popularity of other items") }
    }

    /// Writes what a score answers from, atomically.
    ///
    /// - Parameters:
    ///   - positions: how many of a history's newest items are seen.
    ///   - inputs: the hash of all that it was made of.
    ///   - popularity: the share of the training interactions of each item.
    /// - Returns: false where a part of the score cannot be kept; nothing was written then.
    /// - Throws: ``UserError`` when an item vector is not finite, or the disk is full or fails.
    @discardableResult
    package static func write(
        _ score: Score, positions: Int, inputs: String, popularity: [Float]? = nil, to url: URL
    ) throws -> Bool {
        var form = Form(
            formatVersion: formatVersion, items: score.itemCount, positions: positions, parts: [], weights: score.weights)
        var tensors: [(key: String, value: Tensor)] = []
        for part in score.dense {
            var described = Form.Part(part: part.part, width: part.items.size(1), kind: .constant)
            switch part.form {
            case .network(let encoder, let parameters, let standardisation):
                described.kind = .network
                form.userEncoder = encoder.options
                tensors += parameters.all.filter { $0.key.hasPrefix("user_encoder.") }.map { ($0.key, $0.value) }
                if let standardisation {
                    described.kind = .standardised
                    tensors += [("mean", standardisation.mean), ("covariance", standardisation.covariance)]
                }
            case .content(let decay): (described.kind, described.decay) = (.content, decay)
            case .constant: break
            case nil: return false
            }
            form.parts.append(described)
        }
        if let prior = score.neighbours {
            form.neighbours = .init(options: prior.options, scale: prior.scale)
        }
        let search = try withTensorErrors { try withoutGradients { try ExactSearch(score.items) } }
        let lengths = search.blocks.flatMap(\.lengths)
        var declarations: [SafetensorsWriter.Declaration] = []
        // Numbers of eight bytes come first, so that all stand where their size wants them.
        if let prior = score.neighbours {
            declarations += [
                .init("neighbours.starts", type: "I64", shape: [prior.pairs.starts.count]),
                .init("neighbours.items", type: "I32", shape: [prior.pairs.items.count]),
                .init("neighbours.counts", type: "F32", shape: [prior.pairs.counts.count]),
                .init("neighbours.factors", type: "F32", shape: [prior.factors.count]),
            ]
        }
        declarations += [
            .init("items", type: "F32", shape: [search.count, search.width]),
            .init("lengths", type: "F32", shape: [lengths.count]),
        ]
        if let popularity { declarations.append(.init("popularity", type: "F32", shape: [popularity.count])) }
        declarations += tensors.map { .init($0.key, type: $0.value.dtype.safetensorsName, shape: $0.value.shape) }
        let text = String(decoding: try JSONFile.encoder().encode(form), as: UTF8.self)
        let writer = try SafetensorsWriter(url, declarations, metadata: ["score": text, "inputs": inputs])
        if let prior = score.neighbours {
            try prior.pairs.starts.withElements { try writer.append(UnsafeRawBufferPointer($0)) }
            try prior.pairs.items.withElements { try writer.append(UnsafeRawBufferPointer($0)) }
            try prior.pairs.counts.withElements { try writer.append(UnsafeRawBufferPointer($0)) }
            try prior.factors.withElements { try writer.append(UnsafeRawBufferPointer($0)) }
        }
        for block in search.blocks { try block.withRows { try writer.append(UnsafeRawBufferPointer($0)) } }
        try writer.append(lengths)
        if let popularity { try writer.append(popularity) }
        try withTensorErrors {
            for (_, tensor) in tensors { try tensor.checked().withBytes { try writer.append($0) } }
        }
        try writer.commit()
        return true
    }
}
