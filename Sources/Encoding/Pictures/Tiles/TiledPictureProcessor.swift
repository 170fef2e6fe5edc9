import Files
package import Foundation

/// A picture to the inputs of a model that reads pictures and text: one or more square tiles, and how they lie.
///
/// The families are those of LLaVA 1.5 and the encoders (one tile: see ``PictureProcessor``), LLaVA-NeXT, LLaVA-OneVision for a
/// single picture, and Idefics3 with SmolVLM. The values equal those of the processors of `transformers` 5 that work on Pillow's
/// pictures; all tiles of a picture have one size, so that none is padded and every pixel of each counts.
package struct TiledPictureProcessor: Sendable {
    /// How a picture becomes tiles.
    enum Tiling: Sendable {
        case single
        case pinpoints(PinpointTiling)
        case squares(SquareTiling)
    }

    let tiling: Tiling
    /// What makes values of a tile.
    private let processor: PictureProcessor

    /// Rows and columns of a tile.
    package var tileSize: PictureSize { processor.outputSize }
    /// How pictures are to be read for it.
    package var options: PictureOptions { processor.options }
    /// A SHA-256 of the file and of what else determines the tiles, as 64 hexadecimal digits.
    package var hash: String { processor.hash }
    /// The most tiles that a picture of any size gives, the whole picture among them.
    package let maximumTiles: Int

    /// A file may ask for no more tiles of a picture: real ones ask for up to 37.
    static let mostTiles = 1024

    /// Reads the processor of a model's folder, as `AutoImageProcessor` does: see ``PictureProcessor/init(directory:options:)``.
    ///
    /// - Parameters:
    ///   - directory: the model's folder.
    ///   - options: how pictures will be read; part of ``hash``.
    ///   - splits: whether Idefics3 and SmolVLM cut pictures, in place of what the file says (`do_image_splitting`); nil: as it says.
    ///     The other families let it be.
    /// - Throws: ``UserError`` that names the file and the key.
    package init(directory: URL, options: PictureOptions = PictureOptions(), splits: Bool? = nil) throws {
        guard let file = try PictureProcessor.file(in: directory), let family = try Self.family(file, directory) else {
            processor = try PictureProcessor(directory: directory, options: options)
            tiling = .single
            maximumTiles = 1
            return
        }
        let plan = try TilePlan(
            PictureProcessor.settings(file), PictureProcessor.section(TileSettings.self, of: file), family: family,
            splits: splits, file: file.path)
        tiling = plan.tiling
        maximumTiles = plan.maximumTiles
        var hash = ContentHash()
        hash.update(try ContentHash.of(file: file))
        hash.update("tiles of \(family.rawValue) split=\(plan.splits)")
        processor = try PictureProcessor(
            plan.settings, family: plan.tileFamily, file: file.path, hash: hash.digits, options: options)
    }

    private static func family(_ file: URL, _ directory: URL) throws -> TileFamily? {
        struct Model: Decodable {
            var model_type: String?
            var image_processor_type: String?
        }
        if let type = try PictureProcessor.settings(file).type { return TileFamily(type: type) }
        let config = directory.appending(path: "config.json")
        guard FileManager.default.fileExists(atPath: config.path) else { return nil }
        let model = try JSONFile.read(Model.self, from: config)
        return model.image_processor_type.map { TileFamily(type: $0) } ?? TileFamily(model: model.model_type ?? "")
    }

    /// How a picture of some size is cut. Nothing is decoded for it.
    ///
    /// - Parameter size: of a picture, at least 1 x 1.
    package func layout(of size: PictureSize) -> TileLayout {
        precondition(size.height > 0 && size.width > 0, "a picture has at least one pixel")
        switch tiling {
        case .single: return TileLayout(rows: 0, columns: 0, original: size)
        case .pinpoints(let tiling): return tiling.layout(of: size)
        case .squares(let tiling): return tiling.layout(of: size)
        }
    }

    /// Cuts a picture of any size.
    package func tiles(of picture: Picture) -> TiledPicture {
        let parts =
            switch tiling {
            case .single: [picture]
            case .pinpoints(let tiling): tiling.tiles(of: picture)
            case .squares(let tiling): tiling.tiles(of: picture)
            }
        return TiledPicture(
            layout: layout(of: PictureSize(height: picture.height, width: picture.width)), tiles: parts.map(processor.scaled))
    }

    /// Writes the values of a tile: float32 of shape [3, ``tileSize`` height, ``tileSize`` width].
    ///
    /// - Parameters:
    ///   - tile: one of those that ``tiles(of:)`` gave.
    ///   - output: room for exactly 3 x height x width values.
    package func write(_ tile: ScaledPicture, into output: UnsafeMutableBufferPointer<Float>) {
        processor.write(tile, into: output)
    }
}

/// A picture's tiles, still as bytes.
package struct TiledPicture: Sendable {
    /// How they lie.
    package let layout: TileLayout
    /// The tiles: of LLaVA's kind the whole picture and then row by row its parts, of Idefics3's kind the parts and then the whole.
    package let tiles: [ScaledPicture]

    /// Bytes that they take.
    package var byteCount: Int { tiles.reduce(0) { $0 + $1.byteCount } }
}
