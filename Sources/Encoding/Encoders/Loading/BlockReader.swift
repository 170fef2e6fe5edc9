import Files
package import Torch

/// Reads the blocks of an encoder one by one, for encoders that are larger than the memory.
///
/// ``read(_:)`` works on any thread; the other methods make tensors and belong to the thread that computes.
package final class BlockReader: Sendable {
    /// The encoder.
    package let directory: EncoderDirectory
    /// What its parts hold.
    package let plan: EncoderPlan
    private let dtype: ElementType
    private let device: Device

    /// Prepares reading.
    ///
    /// - Parameters:
    ///   - directory: the encoder.
    ///   - plan: what its parts hold.
    ///   - dtype: the type that is computed in.
    ///   - device: where it is computed.
    package init(_ directory: EncoderDirectory, _ plan: EncoderPlan, dtype: ElementType, on device: Device) {
        self.directory = directory
        self.plan = plan
        self.dtype = dtype
        self.device = device
    }

    /// Reads the tensors of a block from the disk.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package func read(_ index: Int) throws -> LoadedTensors {
        try LoadedTensors(plan.blocks[index].names, of: directory.weights)
    }

    /// The block of tensors that were read.
    package func block(_ index: Int, of tensors: LoadedTensors) throws -> any EncoderPart {
        try directory.family.block(parameters(.loaded(tensors)), index)
    }

    /// The part from input to hidden state 0. Its tables are mapped: only the rows used are read.
    package func embeddings() throws -> any EncoderPart {
        // Another mapping of the file than the directory's: it goes with the part, and so do the pages that were read.
        let weights = try Weights(directory: directory.url)
        return try directory.family.embeddings(parameters(.weights(weights)))
    }

    /// The part after the last block; nil when the family has none or the last block is not wanted.
    package func finalNorm() throws -> (any EncoderPart)? {
        guard let part = plan.finalNorm else { return nil }
        let tensors = try LoadedTensors(part.names, of: directory.weights)
        return try directory.family.finalNorm(parameters(.loaded(tensors)))
    }

    private func parameters(_ source: Parameters.Source) throws -> Parameters {
        try Parameters(source, on: device, dtype: dtype, trained: false)
            .scoped(toEncoderOf: directory.family, in: directory.weights)
    }
}
