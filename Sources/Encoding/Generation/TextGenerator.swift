import Encoders
public import Files
public import Foundation
import Tokenizers
public import Torch

/// Writes texts after prompts with a decoder of a Hugging Face folder: Llama, Mistral, Mixtral, Gemma 1 and 2, Qwen 2 and 3.
///
/// ```swift
/// let generator = try TextGenerator(directory: URL(filePath: "models/llama"))
/// print(try generator.texts(after: ["The best mug for tea is"]))
/// ```
///
/// Not `Sendable`: it holds tensors. Writing blocks; run it outside the cooperative pool.
public final class TextGenerator {
    private let writer: TokenWriter
    private let tokenizer: Tokenizer
    private let plan: DecoderPlan
    private let memory: Int?
    private let vocabulary: Int
    private let device: Device
    private let place: String

    /// Loads a model and its tokenizer.
    ///
    /// - Parameters:
    ///   - directory: the folder: `config.json`, weights as safetensors, the tokenizer's files, and `generation_config.json` where there is
    ///     one.
    ///   - isRounded: whether weights and states are bfloat16; else they are float32.
    ///   - device: where the model is put.
    ///   - memory: bytes that may be used, which batches are made for; nil: no limit.
    /// - Throws: ``UserError`` for a file that is missing, damaged or not supported, and weights that do not fit the memory.
    public init(directory: URL, isRounded: Bool = false, on device: Device = .cpu, memory: Int? = nil) throws {
        let folder = try DecoderFolder(directory)
        let dtype: ElementType = isRounded ? .bfloat16 : .float32
        plan = try folder.plan(dtype: dtype)
        if let memory, plan.weightBytes >= memory {
            throw UserError(
                "the weights take \(plan.weightBytes / 1_000_000) MB, \(memory / 1_000_000) MB may be used", at: directory.path,
                remedy: "Allow more memory, or take a smaller model\(isRounded ? "" : " or bfloat16").")
        }
        tokenizer = try Tokenizer(directory: directory)
        let model = try withTensorErrors { try folder.model(dtype: dtype, on: device) }
        writer = TokenWriter(model, folder.file)
        (self.memory, self.device, vocabulary, place) = (memory, device, model.vocabulary, directory.path)
    }

    /// Writes a text after each prompt.
    ///
    /// Prompts of one number of tokens are written together, as many as the memory has room for.
    ///
    /// - Parameters:
    ///   - prompts: any texts; the tokens that the tokenizer puts around a text are added.
    ///   - stop: looked at between tokens.
    /// - Returns: the texts without the prompts, in their order.
    /// - Throws: `CancellationError` when told to stop; ``UserError`` for a prompt that is too long or has no tokens, and memory that runs
    ///   out.
    public func texts(
        after prompts: [String], _ options: GenerationOptions = GenerationOptions(), stop: StopToken = StopToken()
    ) throws -> [String] {
        var texts = [String](repeating: "", count: prompts.count)
        let tokens = prompts.map { tokenizer.encode($0, maximumTokens: .max) }
        for tokens in tokens {
            guard !tokens.isEmpty, tokens.allSatisfy({ $0 >= 0 && $0 < vocabulary }) else {
                throw UserError(
                    tokens.isEmpty ? "a prompt has no tokens" : "the tokenizer gives a token that the model does not know",
                    at: self.place,
                    remedy: tokens.isEmpty ? "Write something." : "Use the tokenizer's files that belong to the model.")
            }
        }
        for (length, places) in Dictionary(grouping: prompts.indices, by: { tokens[$0].count }).sorted(by: { $0.key < $1.key })
        {
            let fitting = memory.map { plan.items(prompt: length, writing: options.maximumTokens, in: $0) } ?? 64
            let count = min(64, max(1, fitting))
            for start in stride(from: 0, to: places.count, by: count) {
                let part = Array(places[start..<min(start + count, places.count)])
                let numbers = Tensor(part.flatMap { tokens[$0].map(Int64.init) }, shape: [part.count, length])
                let written = try writer.write(
                    after: writer.embed(numbers.to(device)), prompts: part.map { tokens[$0] }, keys: part.map(UInt64.init),
                    options,
                    stop: stop)
                for (place, text) in zip(part, written) { texts[place] = tokenizer.decode(text.tokens) }
            }
        }
        return texts
    }
}
