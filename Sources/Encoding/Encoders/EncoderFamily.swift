package import Files
package import Torch

extension Modality {
    /// What encoders read: texts, as token numbers, or pictures, as pixels.
    package static let ofEncoders = [Modality.text, .image]

    /// What encoders of it read, in a sentence.
    package var plural: String { self == .text ? "texts" : "pictures" }
}

/// Encoders of one architecture: what their `config.json` says, and how their parts are made of a checkpoint.
///
/// A family is a value without tensors. Parts are made one at a time, so that an encoder larger than the memory can be run block by
/// block. To add a family, write a type of this protocol and name it in ``EncoderFamilies/all``.
package protocol EncoderFamily: Sendable {
    /// The `model_type`s of `config.json` that are of this family.
    static var modelTypes: [String] { get }
    /// For `model_type`s of several encoders in one, the key that this family's configuration is under.
    static var sections: [String: String] { get }
    /// What kind of thing the encoders read.
    static var modality: Modality { get }

    /// What is done about each key of a configuration of one of the family's `model_type`s.
    static func keys(of modelType: String) -> ConfigurationKeys

    /// Reads and checks a configuration whose keys were checked before.
    ///
    /// - Throws: ``UserError`` that names the file and the key that is missing, impossible or not supported.
    init(_ configuration: ConfigurationFile, modelType: String) throws

    /// What goes in.
    var input: EncoderInput { get }
    /// Values per token state.
    var width: Int { get }
    /// How many blocks there are; hidden states are numbered from 0 to this.
    var depth: Int { get }
    /// The probabilities that the checkpoint was trained with.
    var dropout: EncoderDropout { get }
    /// How the family's token states usually become one vector.
    var pooling: Pooling { get }
    /// Whether hidden state number ``depth`` is counted after the final norm, as `transformers` does for the Llama family.
    var normalizesLastState: Bool { get }

    /// A tensor that every checkpoint of the family has, and the prefixes its name may have there.
    var anchor: (name: String, prefixes: [String]) { get }

    /// The part from input to hidden state 0.
    func embeddings(_ parameters: Parameters) throws -> any EncoderPart
    /// The part from hidden state `index` to `index + 1`.
    func block(_ parameters: Parameters, _ index: Int) throws -> any EncoderPart
    /// The part after the last block; nil for a family without one.
    func finalNorm(_ parameters: Parameters) throws -> (any EncoderPart)?
}

extension EncoderFamily {
    /// None, as in most families.
    package static var sections: [String: String] { [:] }
    /// False, as in most families.
    package var normalizesLastState: Bool { false }
}
