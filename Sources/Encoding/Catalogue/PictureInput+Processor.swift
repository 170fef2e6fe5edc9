import Encoders
import Files
import Foundation
import Pictures

extension PictureInput {
    /// What makes pictures the encoder's input: a `processor_config.json` or `preprocessor_config.json`, or what timm's `config.json`
    /// says.
    ///
    /// - Throws: ``UserError`` when there is none, or the file is damaged, or makes pixels that the encoder has no positions for.
    static func processor(in encoder: EncoderDirectory, grid: PatchGrid) throws -> any PictureProcessing {
        if let file = try PictureProcessor.file(in: encoder.url) {
            return try fitting(PictureProcessor(directory: encoder.url), file, grid)
        }
        let configuration = encoder.url.appending(path: "config.json")
        if encoder.modelType.hasPrefix("timm/") {
            return try fitting(TimmProcessor(file: configuration), configuration, grid)
        }
        var remedy = "Add the preprocessor_config.json that belongs to the encoder."
        if encoder.modelType.hasPrefix("evaclip") {
            // The published folders have none; they are used with the processor of CLIP ViT-L/14, at their own size.
            remedy = """
                Add the file with this content, CLIP's own at the encoder's size: {"image_processor_type": "CLIPImageProcessor", \
                "size": {"shortest_edge": \(grid.size)}, "crop_size": \(grid.size)}
                """
        }
        throw UserError(
            "there is no preprocessor_config.json, which says how pictures are resized",
            at: encoder.url.appending(path: "preprocessor_config.json").path, remedy: remedy)
    }

    private static func fitting(
        _ processor: some PictureProcessing, _ file: URL, _ grid: PatchGrid
    ) throws -> any PictureProcessing {
        let (height, width) = (processor.outputSize.height, processor.outputSize.width)
        guard grid.reads(height: height, width: width) else {
            throw UserError(
                "makes pictures of \(height) x \(width) pixels, the encoder's position embeddings are for \(grid.size) x \(grid.size)",
                at: file.path, remedy: "Use the \(file.lastPathComponent) that belongs to the encoder.")
        }
        return processor
    }
}
