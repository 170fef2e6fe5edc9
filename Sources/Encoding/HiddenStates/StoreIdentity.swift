package import Files
import Foundation

/// Everything that determines the numbers of a hidden-state store, except the items themselves.
///
/// Two stores with equal identities hold, for the same item content, the same rows.
package struct StoreIdentity: Codable, Equatable, Sendable {
    /// How the token states of a layer became one vector.
    package enum Pooling: String, Codable, Sendable, CaseIterable {
        /// The first token's state (BERT, ViT).
        case first
        /// The mean over the tokens that are not padding (Llama family).
        case mean
        /// The last token that is not padding.
        case last
    }

    /// The frozen encoder.
    package struct Encoder: Codable, Equatable, Sendable {
        /// The architecture, as in `bert` or `vit`.
        package var family: String
        /// What people call it, as in `bert-base-uncased`; for messages only, since a folder that was renamed holds the same encoder.
        package var name: String
        /// SHA-256 of the weights.
        package var weightsHash: String
        /// SHA-256 of the tokenizer; nil for image encoders.
        package var tokenizerHash: String?

        /// Names an encoder.
        package init(family: String, name: String, weightsHash: String, tokenizerHash: String? = nil) {
            self.family = family
            self.name = name
            self.weightsHash = weightsHash
            self.tokenizerHash = tokenizerHash
        }

        /// Whether two encoders compute the same.
        package static func == (one: Encoder, other: Encoder) -> Bool {
            one.family == other.family && one.weightsHash == other.weightsHash && one.tokenizerHash == other.tokenizerHash
        }
    }

    /// The frozen encoder.
    package var encoder: Encoder
    /// The settings of the steps before the encoder, as in `["maximumTokens": "30"]` or `["size": "224"]`.
    package var preprocessing: [String: String]
    /// What was encoded.
    package var modality: Modality
    /// How the token states became one vector.
    package var pooling: Pooling
    /// The layers kept, in the order stored: 0 is the embedding output, l the output of block l.
    package var layers: [Int]
    /// Values per layer.
    package var width: Int
    /// The number format.
    package var dtype: StateType

    /// Names everything that determines the numbers.
    package init(
        encoder: Encoder, preprocessing: [String: String], modality: Modality, pooling: Pooling, layers: [Int], width: Int,
        dtype: StateType
    ) {
        self.encoder = encoder
        self.preprocessing = preprocessing
        self.modality = modality
        self.pooling = pooling
        self.layers = layers
        self.width = width
        self.dtype = dtype
    }

    /// SHA-256 over all fields but the encoder's name, 64 digits.
    package var hash: String {
        var unnamed = self
        unnamed.encoder.name = ""
        // Sorted keys and texts, whole numbers and enumerations only: the JSON is the same on every platform.
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let json = try? encoder.encode(unnamed) else { preconditionFailure("an identity is always JSON") }
        return json.withUnsafeBytes { ContentHash.of($0) }
    }

    /// Values of one item: layers times width.
    var rowCount: Int { layers.count * width }
    /// Bytes of one item.
    var rowBytes: Int { rowCount * dtype.size }

    /// Checks that the shape is possible.
    ///
    /// - Throws: ``UserError`` when there is no layer, a layer is negative or named twice, or the width is not 1 to 1,000,000.
    func validate(at place: String) throws {
        guard !layers.isEmpty, layers.count <= 10_000, layers.allSatisfy({ $0 >= 0 }), Set(layers).count == layers.count else {
            throw UserError("the layers \(layers.prefix(20)) are not a list of different layer numbers from 0", at: place)
        }
        guard (1...1_000_000).contains(width) else {
            throw UserError("the width \(width) is not between 1 and 1,000,000", at: place)
        }
    }
}

extension StoreIdentity {
    /// The fields in which another identity differs, each as `field: this, other`; empty when they are equal.
    package func differences(from other: StoreIdentity) -> [String] {
        var found: [String] = []
        func compare(_ field: String, _ mine: String, _ theirs: String) {
            if mine != theirs { found.append("\(field): \(mine), \(theirs)") }
        }
        compare("family", encoder.family, other.encoder.family)
        compare("weights", Self.short(encoder.weightsHash), Self.short(other.encoder.weightsHash))
        compare("tokenizer", Self.short(encoder.tokenizerHash), Self.short(other.encoder.tokenizerHash))
        compare("modality", modality.name, other.modality.name)
        compare("pooling", pooling.rawValue, other.pooling.rawValue)
        compare("layers", "\(layers)", "\(other.layers)")
        compare("width", "\(width)", "\(other.width)")
        compare("dtype", dtype.rawValue, other.dtype.rawValue)
        for key in Set(preprocessing.keys).union(other.preprocessing.keys).sorted() {
            compare("preprocessing.\(key)", preprocessing[key] ?? "none", other.preprocessing[key] ?? "none")
        }
        // Hashes are shown shortened; when only their tails differ the identities still do.
        if found.isEmpty, self != other { found.append("the weights or the tokenizer differ") }
        // A name alone is no difference, but it helps to tell two encoders apart.
        if !found.isEmpty, encoder.name != other.encoder.name {
            found.insert("encoder: \(encoder.name), \(other.encoder.name)", at: 0)
        }
        return found
    }

    private static func short(_ hash: String?) -> String { hash.map { String($0.prefix(12)) } ?? "none" }
}
