import OrderedCollections
package import Torch

/// What a decoder that writes texts takes of memory, recognised by the checkpoint's headers alone.
package struct DecoderPlan: Sendable, Equatable {
    /// Bytes of the weights, in the type that is computed in.
    package let weightBytes: Int
    /// Bytes of the keys and values of a token.
    package let tokenBytes: Int
    /// Bytes of what is computed between for a token that is read.
    package let workingBytes: Int
    /// Bytes of the logits of an item.
    package let logitBytes: Int

    /// Asks a decoder what it would load.
    ///
    /// The arguments are those of ``DecoderModel``, with parameters that are shapes alone; both are parts of one set.
    ///
    /// - Throws: ``UserError`` as the model does.
    package init(_ family: any EncoderFamily, head: DecoderHead, _ parameters: Parameters, output: Parameters) throws {
        let family = try DecoderModel.decoder(family, at: head.file)
        let configuration = family.configuration
        _ = try family.embeddings(parameters)
        for index in 0..<family.depth { _ = try family.block(parameters, index) }
        _ = try family.finalNorm(parameters)
        let size = parameters.dtype.size
        let table = configuration.vocabulary * configuration.width
        if !head.isTable {
            _ = try output.scoped("lm_head")("weight", [configuration.vocabulary, configuration.width], .zeros)
        }
        weightBytes =
            parameters.all.reduce(0) { $0 + $1.value.count * $1.value.dtype.size } + (head.isTable ? table * size : 0)
        tokenBytes = 2 * configuration.depth * configuration.heads.keyWidth * size
        workingBytes = (12 * configuration.width + 4 * configuration.intermediate) * size
        // The logits in the computed type, in float32, and what is sorted of them.
        logitBytes = configuration.vocabulary * (size + 12)
    }

    /// The most items that fit beside the weights.
    ///
    /// - Parameters:
    ///   - prompt: tokens of each item's prompt.
    ///   - maximum: tokens that are written at most.
    ///   - memory: bytes that may be used in all.
    package func items(prompt: Int, writing maximum: Int, in memory: Int) -> Int {
        max(0, memory - weightBytes) / bytes(prompt: prompt, writing: maximum)
    }

    /// Bytes of an item beside the weights.
    package func bytes(prompt: Int, writing maximum: Int) -> Int {
        (prompt + maximum) * tokenBytes + prompt * workingBytes + logitBytes
    }
}
