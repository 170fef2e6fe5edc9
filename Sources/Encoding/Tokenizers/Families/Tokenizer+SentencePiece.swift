import Files
import Foundation

extension Tokenizer {
    /// Makes a tokenizer from a SentencePiece model.
    ///
    /// Which tokens are put around a text the file does not tell: the family does, by the `tokenizer_class` of the
    /// `tokenizer_config.json`, else by the file's name and its pieces. BPE is Llama's and Gemma's kind; Unigram is XLM-R's,
    /// DeBERTa's or T5's.
    init(sentencePiece file: URL) throws {
        let configuration = try TokenizerConfiguration(beside: file)
        let parts = try MappedFile(file).withBytes { bytes in
            try SentencePieceFamily(SentencePieceModel(bytes, file: file.path), configuration, file)
        }
        try self.init(
            added: parts.added, normalizer: .sequence(parts.normalizers), preTokenizer: parts.preTokenizer, model: parts.model,
            postProcessor: parts.postProcessor, truncation: nil, hash: try configuration.hash(with: file))
    }
}
