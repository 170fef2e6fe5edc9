import Catalogue
import Encoders
import Files
public import Foundation
import Generation
import Pictures
import Tokenizers
import Torch

/// Writes captions of pictures with a model of pictures and texts.
///
/// ```swift
/// let captioner = try Captioner(directory)
/// let result = try captioner.caption(dataset.items.map(CatalogueItem.init), into: folder.appending(path: "captions.jsonl"))
/// ```
///
/// Not `Sendable`: it holds tensors. Captioning blocks; run it outside the cooperative pool.
public final class Captioner {
    let folder: VisionLanguageFolder
    let options: CaptionOptions
    let tokenizer: Tokenizer
    let processor: TiledPictureProcessor
    let template: PromptTemplate
    let identity: CaptionIdentity
    /// What captioning takes of memory, and at how many pictures at a time.
    package let plan: CaptionPlan
    private var loaded: VisionLanguageModel?

    /// Reads everything of a model but its numbers.
    ///
    /// - Parameters:
    ///   - directory: a Hugging Face folder: `config.json`, weights as safetensors, a tokenizer's files and a picture processor's.
    ///   - options: the prompt, how tokens are chosen, memory.
    /// - Throws: ``UserError`` for a file that is missing, damaged or not supported, and a model that does not fit the memory.
    public init(_ directory: URL, options: CaptionOptions = CaptionOptions()) throws {
        let folder = try VisionLanguageFolder(directory)
        let tokenizer = try Tokenizer(directory: directory)
        let processor = try TiledPictureProcessor(directory: directory, splits: options.tiles)
        try Self.check(processor, folder)
        (self.folder, self.options, self.tokenizer, self.processor) = (folder, options, tokenizer, processor)
        template = options.template ?? folder.family.template { tokenizer.identifier(of: $0) != nil }
        plan = try CaptionPlan(folder, options, prompt: Self.longestPrompt(folder, processor, tokenizer, template, options))
        let generation = options.generation
        identity = CaptionIdentity(
            family: folder.modelType, name: directory.standardizedFileURL.lastPathComponent,
            weightsHash: try folder.contentHash(), tokenizerHash: tokenizer.hash, processorHash: processor.hash,
            prompt: options.prompt, template: template.text, maximumTokens: generation.maximumTokens,
            temperature: generation.temperature, topP: generation.topP,
            repetitionPenalty: generation.repetitionPenalty ?? folder.file.repetitionPenalty, seed: generation.seed,
            precision: options.precision.rawValue)
    }

    /// The model, loaded at its first use.
    func model() throws -> VisionLanguageModel {
        if let loaded { return loaded }
        let model = try withTensorErrors { try folder.model(dtype: options.precision.dtype, on: options.device) }
        loaded = model
        return model
    }

    private static func check(_ processor: TiledPictureProcessor, _ folder: VisionLanguageFolder) throws {
        guard case .pixels(let grid) = folder.family.parts.vision.input else { return }
        let size = processor.tileSize
        guard grid.reads(height: size.height, width: size.width) else {
            throw UserError(
                "makes tiles of \(size.height) x \(size.width) pixels, the model's tower reads \(grid.size) x \(grid.size)",
                at: folder.url.appending(path: "preprocessor_config.json").path,
                remedy: "Use the preprocessor_config.json that belongs to the model.")
        }
    }

    /// Tokens of the longest prompt that a picture may give, estimated for models whose tiles follow from its form.
    private static func longestPrompt(
        _ folder: VisionLanguageFolder, _ processor: TiledPictureProcessor, _ tokenizer: Tokenizer,
        _ template: PromptTemplate, _ options: CaptionOptions
    ) throws -> Int {
        let text = template.filled(image: "", prompt: options.prompt)
        let states = try folder.family.statesPerTile()
        // Marks between tiles, or ends of rows, beside the states.
        let marks = processor.maximumTiles > 1 ? processor.maximumTiles * 24 : 4
        let frames = folder.family.readsSeveral ? try options.frames.map { try VideoFrames($0).most } ?? 1 : 1
        return tokenizer.encode(text, maximumTokens: .max).count + frames * (processor.maximumTiles * states + marks)
    }

    /// The token numbers of a picture's prompt.
    ///
    /// - Parameters:
    ///   - layouts: the tiles of the prompt's pictures.
    ///   - counts: the states of each.
    func prompt(_ layouts: [TileLayout], counts: [Int]) -> [Int32] {
        let image = zip(layouts, counts).map(folder.family.text).joined()
        return tokenizer.encode(template.filled(image: image, prompt: options.prompt), maximumTokens: .max)
    }
}
