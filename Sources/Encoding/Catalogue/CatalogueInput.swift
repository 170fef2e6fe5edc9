import Files
import HiddenStates

/// One modality of a catalogue: how its items become batches for an encoder.
protocol CatalogueInput: Sendable {
    /// What is encoded.
    var modality: StoreIdentity.Modality { get }
    /// SHA-256 of the tokenizer; nil for pictures.
    var tokenizerHash: String? { get }
    /// The settings that determine the inputs, for the store's identity.
    var preprocessing: [String: String] { get }
    /// How many batches are made ahead of the encoder.
    var batchesAhead: Int { get }
    /// Bytes of one batch of inputs.
    var batchBytes: Int { get }
    /// The most tokens of an item.
    var tokensPerItem: Int { get }

    /// How many tokens some items have together, estimated.
    func expectedTokens(of items: [CatalogueItem]) -> Int

    /// SHA-256 of what would be encoded of an item; empty where there is nothing.
    ///
    /// - Throws: ``UserError`` when that cannot be read and may not be skipped.
    func contentHash(of item: CatalogueItem) throws -> String

    /// The batches of the items of a shard; each call of the result gives the next, nil after the last.
    ///
    /// Items that are in no batch have nothing to encode.
    func batches(of items: [CatalogueItem]) throws -> () throws -> InputBatch?
}
