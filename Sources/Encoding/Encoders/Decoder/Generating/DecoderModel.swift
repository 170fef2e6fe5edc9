package import Files
import Foundation
package import Torch

/// A decoder with its head: token states in, the next token's logits out.
///
/// Frozen. Tokens are read from the left to the right, all at once at first and then one by one after those of a ``KeyValueCache``.
package final class DecoderModel {
    /// Rows of the token table, `vocab_size`.
    package var vocabulary: Int { configuration.vocabulary }
    /// Values per token state, `hidden_size`.
    package var width: Int { configuration.width }
    /// The longest text that the model was made for, in tokens.
    package var maximum: Int { configuration.maximum }
    /// What is computed in.
    package let dtype: ElementType
    /// Where it is computed.
    package let device: Device

    private let configuration: DecoderConfiguration
    private let embeddings: any EncoderPart
    private let blocks: [PreNormBlock]
    private let norm: (any EncoderPart)?
    private let head: Linear
    /// The cap of the logits: x becomes cap · tanh(x / cap).
    private let cap: Double?

    /// Makes a decoder of a checkpoint.
    ///
    /// - Parameters:
    ///   - family: the decoder's family.
    ///   - head: what its configuration says of the head.
    ///   - parameters: where the tensors below the token table's prefix are asked for.
    ///   - output: where `lm_head.weight` is asked for, unless the head is the token table.
    /// - Throws: ``UserError`` for a family that reads in both directions, and a tensor that is missing or does not fit.
    package init(
        _ family: any EncoderFamily, head settings: DecoderHead, _ parameters: Parameters, output: Parameters
    ) throws {
        let family = try Self.decoder(family, at: settings.file)
        configuration = family.configuration
        (dtype, device) = (parameters.dtype, parameters.device)
        embeddings = try family.embeddings(parameters)
        blocks = try (0..<family.depth).map { index in
            guard let block = try family.block(parameters, index) as? PreNormBlock else {
                preconditionFailure("a decoder's blocks have their norms before them")
            }
            return block
        }
        norm = try family.finalNorm(parameters)
        // The table keeps the file's type for lookups; products need the type that is computed in.
        let table = try parameters.scoped("embed_tokens").table(
            "weight", [family.configuration.vocabulary, family.width], .zeros)
        head =
            settings.isTable
            ? Linear(weight: table.to(dtype), bias: nil)
            : try Linear(output.scoped("lm_head"), family.width, family.configuration.vocabulary, bias: false)
        cap = settings.cap
    }

    /// The decoder that a family stands for.
    ///
    /// - Throws: ``UserError`` for a family of encoders.
    static func decoder(_ family: any EncoderFamily, at file: String) throws -> any DecoderFamily {
        guard let decoder = family as? any DecoderFamily, decoder.configuration.isCausal else {
            throw UserError(
                "the model writes no texts: its tokens see those after them", at: file,
                remedy: "Give a decoder: Llama, Mistral, Mixtral, Gemma 1 or 2, Qwen 2 or 3.")
        }
        return decoder
    }

    /// Token numbers [items, tokens] as the states that the first block reads, [items, tokens, width].
    package func embed(_ tokens: Tensor) -> Tensor { embeddings(tokens, dropout: .none) }

    /// Reads tokens that follow those of a cache.
    ///
    /// - Parameter states: ``embed(_:)``'s states [items, tokens, width], or others in their place.
    /// - Returns: the states after the final norm [items, tokens, width].
    package func read(_ states: Tensor, after cache: KeyValueCache) -> Tensor {
        precondition(cache.count + states.size(1) <= cache.positions, "the cache has no room for \(states.size(1)) tokens more")
        var states = states
        for (index, block) in blocks.enumerated() { states = block.following(states, cache.block(index)) }
        cache.advance(by: states.size(1))
        return norm?(states, dropout: .none) ?? states
    }

    /// The logits of the token after each state: float32 [.., vocabulary].
    package func logits(_ states: Tensor) -> Tensor {
        let logits = head(states).to(.float32)
        return cap.map { (logits / $0).tanh() * $0 } ?? logits
    }

    /// An empty cache.
    package func cache(items: Int, positions: Int) -> KeyValueCache {
        KeyValueCache(
            blocks: blocks.count, items: items, positions: positions, configuration.heads, configuration.frequencies,
            dtype: dtype, on: device)
    }
}

/// What a configuration says of a decoder's head.
package struct DecoderHead: Sendable, Equatable {
    /// Whether the head is the token table.
    package var isTable: Bool
    /// The cap of the logits.
    package var cap: Double?
    /// The configuration's file, for messages.
    package let file: String

    /// Reads a decoder's own configuration.
    ///
    /// - Parameters:
    ///   - whole: the configuration around it, which may say that the head is the token table too.
    ///   - isOutside: whether that one alone counts.
    /// - Throws: ``UserError`` for a value that is impossible.
    package init(
        _ configuration: ConfigurationFile, modelType: String, in whole: ConfigurationFile? = nil, isOutside: Bool = false
    ) throws {
        file = configuration.file.path
        let isGemma = modelType.hasPrefix("gemma")
        let own = try !isOutside && configuration.flag("tie_word_embeddings", default: isGemma)
        isTable = try own || whole?.flag("tie_word_embeddings", default: false) ?? false
        let isCapped = modelType == "gemma2" && !configuration.isNull("final_logit_softcapping")
        cap = isCapped ? try configuration.positive("final_logit_softcapping", default: 30) : nil
    }
}
