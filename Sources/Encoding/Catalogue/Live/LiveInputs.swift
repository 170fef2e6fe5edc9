package import Encoders
public import Files
public import Foundation
import HiddenStates
import Pictures
package import Torch

/// One modality's inputs of a whole catalogue, at hand for an encoder that runs in every training step.
///
/// Titles are tokenized once. Pictures are decoded and scaled once and kept as bytes as far as the memory goes; the others are
/// read again when they are needed. On an accelerator that has room for them all pictures lie there, ready for the encoder.
public final class LiveInputs {
    /// The encoder that reads them.
    package let directory: EncoderDirectory
    /// What of the items is read.
    package let modality: Modality
    /// Whether an item has a title or a picture [items].
    package let isPresent: [Bool]
    /// A SHA-256 of the encoder's files alone.
    package let encoderHash: String
    /// Looked at by whoever reads the inputs, between two passes of the encoder.
    package let stop: StopToken
    private(set) var source: Source

    /// What the inputs are made of.
    enum Source {
        /// The token numbers of each item's title; empty where there is none.
        case titles([[Int32]])
        case pictures(LivePictures)
        /// Pixels [items, 3, height, width] of pictures that another program has prepared, and the tokens of one.
        case pixels(Tensor, tokensPerItem: Int)
    }

    /// Reads the titles or pictures of a catalogue.
    ///
    /// - Parameters:
    ///   - modality: what is read of the items; the encoder has to be of this kind.
    ///   - items: all items of the catalogue, in the dataset's order.
    ///   - directory: the encoder's directory with its tokenizer or picture processor.
    ///   - options: the longest title, and what becomes of damaged pictures; threads.
    ///   - pictureMemory: bytes that prepared pictures may take; 1 GB by default.
    ///   - stop: looked at while pictures are read, and between the passes of an encoder that runs over the inputs.
    /// - Throws: ``UserError`` for a file that is missing, damaged or does not fit, and for an item with several frames; `CancellationError`.
    public init(
        _ modality: Modality, of items: [CatalogueItem], with directory: URL,
        options: EncodingOptions = EncodingOptions(), pictureMemory: Int = 1 << 30, progress: WorkProgress.Handler? = nil,
        stop: StopToken = StopToken()
    ) throws {
        let encoder = try EncoderDirectory(directory, for: modality)
        let input = try Self.input(modality, encoder, items, options)
        switch input {
        case let titles as TitleInput:
            let tokens = try titles.tokens(of: items)
            source = .titles(tokens)
            isPresent = tokens.map { !$0.isEmpty }
        case let pictures as PictureInput:
            let live = try LivePictures(
                pictures, items: items, memory: pictureMemory, progress: progress, stop: stop)
            source = .pictures(live)
            isPresent = live.isPresent
        default: preconditionFailure("inputs are titles or pictures")
        }
        self.modality = modality
        self.stop = stop
        self.directory = encoder
        encoderHash = try encoder.contentHash()
    }

    /// Takes titles that are tokenized already: token numbers of each item, special ones included; none for an item without a title.
    ///
    /// - Throws: ``UserError`` for a directory that is no text encoder and token numbers that it does not know.
    package init(tokens: [[Int32]], with directory: URL) throws {
        self.directory = try EncoderDirectory(directory, for: .text)
        guard case .tokens(let vocabulary, let maximum) = self.directory.family.input else {
            throw UserError("the encoder reads pictures, and titles are given", at: directory.path)
        }
        for title in tokens where title.count > maximum || title.contains(where: { $0 < 0 || $0 >= vocabulary }) {
            throw UserError(
                "a title has \(title.count) tokens up to \(title.max() ?? 0); the encoder knows \(vocabulary) and reads \(maximum)",
                at: directory.path)
        }
        modality = .text
        stop = StopToken()
        source = .titles(tokens)
        isPresent = tokens.map { !$0.isEmpty }
        encoderHash = try self.directory.contentHash()
    }

    /// Takes pixels that are prepared already: float32 [items, 3, height, width].
    ///
    /// - Throws: ``UserError`` for a directory that is no image encoder and pictures of a size that it does not read.
    package init(pixels: Tensor, with directory: URL) throws {
        self.directory = try EncoderDirectory(directory, for: .image)
        guard case .pixels(let grid) = self.directory.family.input, pixels.rank == 4,
            grid.reads(height: pixels.size(2), width: pixels.size(3))
        else { throw UserError("the encoder does not read pixels of shape \(pixels.shape)", at: directory.path) }
        modality = .image
        stop = StopToken()
        source = .pixels(pixels, tokensPerItem: grid.tokens(height: pixels.size(2), width: pixels.size(3)))
        isPresent = [Bool](repeating: true, count: pixels.size(0))
        encoderHash = try self.directory.contentHash()
    }

    /// Prepares all pictures on an accelerator that has room for them, so that a step neither scales nor copies any.
    ///
    /// - Throws: ``UserError`` for a file that can no longer be read, and where memory runs out after all.
    package func keepPixels(on device: Device) throws {
        guard case .pictures(let pictures) = source else { return }
        let size = pictures.outputSize
        let shape = [isPresent.count, 3, size.height, size.width]
        guard MemoryUse.hasRoom(for: shape.reduce(MemoryLayout<Float>.size, *), on: device) else { return }
        let pixels = try Tensor.empty(shape, on: device).checked()
        let items = Array(isPresent.indices)
        let part = 256
        for start in stride(from: 0, to: items.count, by: part) {
            try stop.check()
            let places = items[start..<min(start + part, items.count)]
            pixels.narrowed(0, places.indices).copy(from: try pictures.pixels(places))
        }
        source = .pixels(pixels, tokensPerItem: pictures.tokensPerItem)
    }

    private static func input(
        _ modality: Modality, _ encoder: EncoderDirectory, _ items: [CatalogueItem], _ options: EncodingOptions
    ) throws -> any CatalogueInput {
        let threads = InputThreads(options.threads, device: options.device).count
        guard encoder.family.input.modality == modality else {
            throw UserError(
                "the encoder reads \(encoder.family.input.modality.name), and \(modality.name) is asked for",
                at: encoder.url.path)
        }
        switch encoder.family.input {
        case .tokens(let vocabulary, let maximum):
            return try TitleInput(
                encoder.url, vocabulary: vocabulary, maximum: maximum, options: options, threads: threads)
        case .pixels(let grid):
            var options = options
            options.readsFrames = false
            return try PictureInput(encoder, grid: grid, items: items, options: options, threads: threads)
        }
    }

    /// What determines the inputs.
    package struct Hashes {
        /// A SHA-256 of the encoder's configuration and weights, as 64 digits.
        package let encoder: String
        /// A SHA-256 of these and of all that makes the inputs: tokenizer, preprocessing, every title or picture.
        package let inputs: String
    }

    /// The hashes of what inputs are made of; nothing is decoded.
    ///
    /// - Throws: ``UserError`` as the initialiser does.
    package static func hashes(
        _ modality: Modality, of items: [CatalogueItem], with directory: URL, options: EncodingOptions
    ) throws -> Hashes {
        let encoder = try EncoderDirectory(directory, for: modality)
        let input = try input(modality, encoder, items, options)
        let encoderHash = try encoder.contentHash()
        var hash = ContentHash()
        hash.update(encoderHash)
        hash.update(input.tokenizerHash ?? "")
        for (key, value) in input.preprocessing.sorted(by: { $0.key < $1.key }) { hash.update("\(key) \(value)") }
        for item in items { hash.update(try input.contentHash(of: item)) }
        return Hashes(encoder: encoderHash, inputs: hash.digits)
    }
}
