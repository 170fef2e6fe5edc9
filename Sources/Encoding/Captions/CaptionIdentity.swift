import Files
import Foundation

/// Everything that determines the captions of pictures, beside the pictures: the manifest of a file of captions.
package struct CaptionIdentity: Sendable, Codable, Equatable {
    /// The version of the file's form.
    package var formatVersion = 1
    /// The `model_type` of the model.
    package var family: String
    /// The name of the model's folder.
    package var name: String
    /// A SHA-256 of the model's configuration and weights.
    package var weightsHash: String
    /// A SHA-256 of the tokenizer's files.
    package var tokenizerHash: String
    /// A SHA-256 of what makes tiles of a picture.
    package var processorHash: String
    /// What is asked.
    package var prompt: String
    /// The form of the conversation around it.
    package var template: String
    /// The most tokens of a caption.
    package var maximumTokens: Int
    /// How tokens are drawn; 0: the likeliest.
    package var temperature: Double
    /// The probability of the tokens that are drawn from.
    package var topP: Double
    /// The penalty of repetitions.
    package var repetitionPenalty: Double
    /// What draws follow from.
    package var seed: UInt64
    /// What is computed in.
    package var precision: String

    /// The same, whatever the model's folder is called.
    func isSame(as other: CaptionIdentity) -> Bool {
        var other = other
        other.name = name
        return self == other
    }

    /// A SHA-256 of all that ``isSame(as:)`` compares.
    package var digits: String {
        ContentHash.of(texts: [family, weightsHash, tokenizerHash, processorHash, prompt, template, decoding, precision])
    }

    /// What differs between two, in words.
    func differences(from other: CaptionIdentity) -> [String] {
        let parts: [(String, KeyPath<CaptionIdentity, String>)] = [
            ("model", \.weightsHash), ("family", \.family), ("tokenizer", \.tokenizerHash),
            ("picture processor", \.processorHash),
            ("prompt", \.prompt), ("template", \.template), ("precision", \.precision), ("decoding", \.decoding),
        ]
        return parts.filter { self[keyPath: $0.1] != other[keyPath: $0.1] }.map(\.0)
    }

    private var decoding: String { "\(maximumTokens) \(temperature) \(topP) \(repetitionPenalty) \(seed)" }
}
