import Encoders
import Catalogue
import Files
package import Foundation
package import Torch

/// What a model directory holds and what running it costs, recognised by its configuration and the headers of its weights.
package struct ModelCard: Codable, Sendable, Equatable {
    /// What an encoder costs in one type of numbers.
    package struct Cost: Codable, Sendable, Equatable {
        /// The type.
        package var precision: String
        /// Bytes of the whole encoder's weights in memory.
        package var memoryBytes: Int
        /// Bytes of weights in memory at a time when it is read block by block.
        package var blockwiseBytes: Int
        /// Items a second on this machine, estimated from its matrix product: titles of 16 tokens, or pictures.
        package var itemsPerSecond: Double
    }

    /// The directory.
    package var path: String
    /// The `model_type` of its `config.json`.
    package var modelType: String
    /// What it reads: `text` or `image`.
    package var modality: Modality
    /// Values per token state.
    package var width: Int
    /// How many blocks there are.
    package var depth: Int
    /// How many numbers the encoder holds.
    package var parameters: Int
    /// Bytes of its tensors in the files.
    package var storedBytes: Int
    /// The most tokens of a text, or the tokens of a picture.
    package var tokens: Int
    /// Height and width in pixels of the pictures it was trained on; nil for texts.
    package var pictureSize: Int?
    /// How token states become one vector, when nothing else is said.
    package var pooling: String
    /// The layers kept when nothing else is said.
    package var layers: [Int]
    /// What it costs in float32 and bfloat16.
    package var costs: [Cost]
    /// Files that encoding would miss: a tokenizer or a picture processor.
    package var missing: [String]

    /// The cards of a directory: one for each encoder that it holds.
    ///
    /// - Parameter device: what speeds are estimated for.
    /// - Throws: ``UserError`` when the directory holds no encoder that can be read.
    package static func cards(of directory: URL, on device: Device = .cpu) throws -> [ModelCard] {
        try LibTorch.load()
        let rates = [ElementType.float32, .bfloat16].map { ($0, MatrixRate.measure($0, on: device)) }
        do {
            return [try ModelCard(EncoderDirectory(directory), rates)]
        } catch let error as UserError {
            // A model of two towers says which one is meant only when it is asked.
            let towers = Modality.ofEncoders.compactMap { try? EncoderDirectory(directory, for: $0) }
            // Of some, as EVA-CLIP, one tower alone can be read.
            guard !towers.isEmpty else { throw error }
            return try towers.map { try ModelCard($0, rates) }
        }
    }

    private init(_ directory: EncoderDirectory, _ rates: [(dtype: ElementType, rate: Double)]) throws {
        let family = directory.family
        path = directory.url.path
        modelType = directory.modelType
        modality = family.input.modality
        width = family.width
        depth = family.depth
        pooling = family.pooling.rawValue
        layers = EncodingOptions.usualLayers(depth: family.depth)
        let plans = try rates.map { try EncoderPlan(directory, dtype: $0.dtype) }
        parameters = plans[0].parts.reduce(0) { $0 + $1.count }
        storedBytes = plans[0].parts.reduce(0) { $0 + $1.storedBytes }
        let itemTokens: Int
        let wanted: [String]
        switch family.input {
        case .tokens(_, let maximum):
            tokens = maximum
            itemTokens = min(maximum, 16)
            wanted = ModelFiles.vocabularies
        case .pixels(let grid):
            tokens = grid.tokens
            itemTokens = grid.tokens
            pictureSize = grid.size
            // timm's config.json says how pictures are made.
            wanted = modelType.hasPrefix("timm/") ? [ModelFiles.configuration] : ModelFiles.pictureSettings
        }
        let isThere = wanted.contains { FileManager.default.fileExists(atPath: directory.url.appending(path: $0).path) }
        missing = isThere ? [] : [wanted[0]]
        let perItem = 2 * Double(plans[0].blocks.reduce(0) { $0 + $1.count }) * Double(itemTokens)
        costs = zip(rates, plans).map { rate, plan in
            Cost(
                precision: rate.dtype.rawValue, memoryBytes: plan.bytes, blockwiseBytes: plan.blockwiseBytes,
                itemsPerSecond: 0.5 * rate.rate / perItem)
        }
    }
}

extension ModelCard: CustomStringConvertible {
    /// The card as lines of a name and a value.
    package var description: String {
        func size(_ bytes: Int) -> String {
            bytes < 1_000_000_000
                ? String(format: "%.1f MB", Double(bytes) / 1e6) : String(format: "%.1f GB", Double(bytes) / 1e9)
        }
        var lines = [
            ("model", path), ("family", "\(modelType), reads \(modality.plural)"),
            ("width", "\(width)"), ("depth", "\(depth) blocks, hidden states 0 to \(depth)"),
            ("parameters", String(format: "%.1f million", Double(parameters) / 1e6)), ("files", size(storedBytes)),
            (
                modality == .text ? "longest text" : "picture",
                pictureSize.map { "\($0) x \($0) pixels, \(tokens) tokens" } ?? "\(tokens) tokens"
            ),
            ("kept layers", layers.map(String.init).joined(separator: ", ")), ("pooling", pooling),
        ]
        for cost in costs {
            let rate = cost.itemsPerSecond
            lines.append(
                (
                    cost.precision,
                    "\(size(cost.memoryBytes)) in memory, \(size(cost.blockwiseBytes)) block by block; about "
                        + String(format: rate < 10 ? "%.2g" : "%.0f", rate) + " \(modality.itemPart)s/s"
                ))
        }
        if !missing.isEmpty { lines.append(("missing", missing.joined(separator: ", "))) }
        return String(TextTable([.left], lines.map { [$0.0, $0.1] }).text.dropLast())
    }
}
