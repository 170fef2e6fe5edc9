import Files

/// A tiled processor's settings, checked and with the family's where they say nothing.
struct TilePlan {
    let tiling: TiledPictureProcessor.Tiling
    /// Whether pictures are cut.
    let splits: Bool
    let maximumTiles: Int
    /// What makes values of a tile.
    let settings: PictureProcessorSettings
    let tileFamily: PictureProcessorFamily

    /// Makes a plan.
    ///
    /// - Throws: ``UserError`` that names the key that is not as expected.
    init(
        _ settings: PictureProcessorSettings, _ tiles: TileSettings, family: TileFamily, splits: Bool?, file: String
    ) throws {
        var settings = settings
        settings.do_pad = nil
        settings.pad_size = nil
        switch family {
        case .llavaNext, .llavaOnevision:
            tileFamily = .llava
            if family == .llavaOnevision {
                settings.size = settings.size ?? .sides(height: 384, width: 384)
                settings.do_center_crop = settings.do_center_crop ?? false
            }
            let tiling = try Self.pinpoints(settings, tiles, family: family, file: file)
            self.tiling = .pinpoints(tiling)
            self.splits = true
            maximumTiles = (tiling.pinpoints.map { $0.height / tiling.side * ($0.width / tiling.side) }.max() ?? 0) + 1
        case .idefics3, .smolvlm:
            tileFamily = .vit
            settings.resample = settings.resample ?? ResizeFilter.lanczos.rawValue
            let tiling = try Self.squares(settings, tiles, splits: splits, file: file)
            self.tiling = .squares(tiling)
            self.splits = tiling.splits
            maximumTiles = tiling.maximumTiles
            settings.do_resize = true
            settings.size = .sides(height: tiling.side, width: tiling.side)
            settings.nulls.subtract(["size", "crop_size"])
            settings.do_center_crop = false
        }
        self.settings = settings
        let side =
            switch tiling {
            case .single: 0
            case .pinpoints(let tiling): tiling.side
            case .squares(let tiling): tiling.side
            }
        let most = TiledPictureProcessor.mostTiles
        guard maximumTiles <= most, maximumTiles * side * side <= PictureOptions.defaultMaximumPixels else {
            throw UserError(
                """
                a picture could give \(maximumTiles) tiles of \(side) x \(side) pixels, allowed are \(most) tiles and \
                \(PictureOptions.defaultMaximumPixels) pixels
                """, at: file, remedy: "Give the sizes that the model was made with.")
        }
    }

    private static func pinpoints(
        _ settings: PictureProcessorSettings, _ tiles: TileSettings, family: TileFamily, file: String
    ) throws -> PinpointTiling {
        let key = "image_grid_pinpoints"
        let plan = try PictureProcessorPlan(settings, family: .llava, file: file)
        let side = plan.outputSize.height
        // What a tile is cut as, before it is resized and cropped like any picture.
        let usual = family == .llavaNext && !settings.nulls.contains("crop_size") ? 224 : side
        let cut = try settings.crop_size.map { try Self.side($0, "crop_size", file) } ?? usual
        guard plan.outputSize.width == side, cut == side, try Self.size(settings) == side else {
            throw UserError(
                "\"size\" and \"crop_size\" have to name one square, which is that of a tile", at: file,
                remedy: "Give both the side of the model's pictures (\"image_size\" in config.json).")
        }
        guard !tiles.nulls.contains(key) else {
            throw UserError("\"\(key)\" is null, and is needed", at: file, remedy: "Leave the key out for the usual one.")
        }
        let listed = tiles.image_grid_pinpoints ?? family.pinpoints
        let pinpoints = try listed.map { pair in
            guard pair.count == 2, pair.allSatisfy({ (1...longestSide).contains($0) && $0 % side == 0 }) else {
                throw UserError(
                    "\"\(key)\" holds \(pair), expected a height and a width that are multiples of \(side), up to \(longestSide)",
                    at: file)
            }
            return PictureSize(height: pair[0], width: pair[1])
        }
        guard !pinpoints.isEmpty else { throw UserError("\"\(key)\" is empty", at: file) }
        return PinpointTiling(pinpoints: pinpoints, side: side, filter: plan.filter)
    }

    /// The square that the whole picture is warped to; nil where it is none.
    private static func size(_ settings: PictureProcessorSettings) throws -> Int? {
        switch settings.size ?? PictureProcessorFamily.llava.size {
        case .number(let number), .edges(let number?, nil): number
        case .sides(let height, let width): height == width ? height : nil
        case .edges, .within: nil
        }
    }

    private static func squares(
        _ settings: PictureProcessorSettings, _ tiles: TileSettings, splits: Bool?, file: String
    ) throws -> SquareTiling {
        guard tiles.max_image_size != nil || !tiles.nulls.contains("max_image_size") else {
            throw UserError(
                "\"max_image_size\" is null, and is needed", at: file, remedy: "Leave the key out for the usual one.")
        }
        let side = try side(tiles.max_image_size ?? .edges(shortest: nil, longest: 364), "max_image_size", file)
        let splits = splits ?? (tiles.nulls.contains("do_image_splitting") ? false : tiles.do_image_splitting ?? true)
        // Number and use of the filter are checked as of any processor.
        var square = settings
        square.do_resize = true
        square.size = .sides(height: side, width: side)
        square.nulls.subtract(["size", "crop_size"])
        square.do_center_crop = false
        let filter = try PictureProcessorPlan(square, family: .vit, file: file).filter
        var resizing = SquareTiling.Resizing.none
        if settings.do_resize ?? true { resizing = try Self.resizing(settings, file) }
        guard !splits || resizing != .none else {
            throw UserError(
                "pictures would be cut into any number of tiles: \"do_image_splitting\" is true and \"do_resize\" false",
                at: file,
                remedy: "Set \"do_resize\" to true, with a \"longest_edge\" as \"size\".")
        }
        return SquareTiling(resizing: resizing, splits: splits, side: side, filter: filter)
    }

    private static func resizing(_ settings: PictureProcessorSettings, _ file: String) throws -> SquareTiling.Resizing {
        func checked(_ length: Int) throws -> Int {
            guard (1...longestSide).contains(length) else {
                throw UserError("\"size\" holds \(length), expected 1 to \(longestSide) pixels a side", at: file)
            }
            return length
        }
        switch settings.size ?? .edges(shortest: nil, longest: 4 * 364) {
        case .edges(_, let longest?) where !settings.nulls.contains("size"): return .longestEdge(try checked(longest))
        case .sides(let height, let width):
            let size = PictureSize(height: try checked(height), width: try checked(width))
            guard height * width <= PictureOptions.defaultMaximumPixels else {
                throw UserError(
                    "\"size\" has \(height) x \(width) pixels, allowed are \(PictureOptions.defaultMaximumPixels)", at: file)
            }
            return .sides(size)
        case .number(let side) where settings.default_to_square ?? true:
            var sides = settings
            sides.size = .sides(height: side, width: side)
            return try resizing(sides, file)
        case .number, .edges, .within:
            throw UserError(
                "\"size\" needs a \"longest_edge\", or a height and a width", at: file,
                remedy: "Give it as the model's own processor has it.")
        }
    }

    /// The side of a square.
    private static func side(_ size: PictureProcessorSettings.Size, _ key: String, _ file: String) throws -> Int {
        let side: Int? =
            switch size {
            case .number(let number) where key == "crop_size": number
            case .sides(let height, let width) where height == width && key == "crop_size": height
            case .edges(nil, let longest) where key == "max_image_size": longest
            default: nil
            }
        guard let side, (1...longestSide).contains(side) else {
            let form = key == "crop_size" ? "a square" : "a \"longest_edge\""
            throw UserError("\"\(key)\" needs \(form) of 1 to \(longestSide) pixels", at: file)
        }
        return side
    }

    /// No side of a tile or a resolution may be longer.
    private static let longestSide = 8192
}
