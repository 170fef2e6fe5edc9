import Files

/// A processor's settings, checked and with the family's where they say nothing.
struct PictureProcessorPlan {
    let filter: ResizeFilter
    private(set) var resizing = PictureResizing.none
    private(set) var crop: PictureSize?
    let squareColor: PictureOptions.Color?
    let outputSize: PictureSize
    let values: [Float]

    /// No side of an input may be longer.
    private static let longestSide = 8192

    /// Makes a plan.
    ///
    /// - Parameters:
    ///   - settings: as they are written.
    /// - Throws: ``UserError`` that names the key that is not as expected.
    ///   - family: the family where the settings name no type; nil: ViT.
    init(_ settings: PictureProcessorSettings, family: PictureProcessorFamily? = nil, file: String) throws {
        let family = try family ?? PictureProcessorFamily(type: settings.type, file: file)
        let crops = settings.do_center_crop ?? family.cropsCenter
        for (does, keys) in [
            (settings.do_resize ?? true, ["size", "resample"] + (family == .convNext ? ["crop_pct"] : [])),
            (crops, ["crop_size"]),
            (settings.do_rescale ?? true, ["rescale_factor"]), (settings.do_normalize ?? true, ["image_mean", "image_std"]),
        ] where does {
            if let key = keys.first(where: settings.nulls.contains) {
                throw UserError(
                    "\"\(key)\" is null, and is needed", at: file,
                    remedy: "Give a value, or leave the key out for the usual one.")
            }
        }
        let number = settings.resample ?? family.filter.rawValue
        guard let filter = ResizeFilter(rawValue: number) else {
            throw UserError("\"resample\" is \(number), expected 0 to 5", at: file)
        }
        self.filter = filter
        if settings.do_resize ?? true {
            // A key of some of CLIP's kin, which sets the size whatever else does.
            let isSquare = family == .clip && settings.use_square_size ?? false
            let size = isSquare ? .sides(height: 224, width: 224) : settings.size ?? family.size
            let isShortest = settings.default_to_square.map { !$0 } ?? family.numberIsShortestEdge
            resizing = try Self.resizing(size, numberIsShortestEdge: isShortest, file: file)
        }
        if crops {
            crop = try Self.sides(settings.crop_size ?? .number(224), "crop_size", file)
        }
        // This family shows small inputs the centre of a somewhat larger picture, and warps for large ones.
        if family == .convNext, case .edges(let edge, _) = resizing { resizing = .shortestEdge(edge) }
        if family == .convNext, case .shortestEdge(let edge) = resizing {
            let share = settings.crop_pct ?? 224.0 / 256
            guard share > 0, share <= 1, Double(edge) / share <= Double(Self.longestSide) else {
                throw UserError("\"crop_pct\" is \(share), expected more than 0 to 1", at: file)
            }
            let square = PictureSize(height: edge, width: edge)
            resizing = edge < 384 ? .shortestEdge(Int(Double(edge) / share)) : .sides(square)
            guard crop == nil || crop == square || edge >= 384 else {
                throw UserError(
                    "a second crop (\"crop_size\") after that of \"crop_pct\" is not supported", at: file,
                    remedy: "Set \"do_center_crop\" to false.")
            }
            crop = crop ?? square
        }
        let scaling = try PictureScaling(settings, family: family, file: file)
        values = scaling.values
        // LLaVA pads to a square before all else, the others pad at the end.
        let pads = settings.do_pad ?? false && PictureProcessorKeys.read(by: family).contains("do_pad")
        squareColor = pads && family == .llava ? scaling.meanColor : nil
        let padding =
            pads && family != .llava ? try settings.pad_size.map { try Self.sides($0, "pad_size", file) } : nil
        outputSize = try Self.outputSize(resizing: resizing, crop: crop, padding: padding, file: file)
    }

    private static func outputSize(
        resizing: PictureResizing, crop: PictureSize?, padding: PictureSize?, file: String
    ) throws -> PictureSize {
        if let padding {
            guard let bound = crop ?? resizing.bound, bound.height <= padding.height, bound.width <= padding.width else {
                throw UserError(
                    "pictures may get larger than \"pad_size\", \(padding.height) x \(padding.width)", at: file,
                    remedy: "Bound \"size\" by a \"longest_edge\", or by \"max_height\" and \"max_width\".")
            }
            return padding
        }
        if let crop { return crop }
        if case .sides(let size) = resizing { return size }
        throw UserError(
            "pictures would keep different sizes: neither both sides (\"size\") nor a crop (\"crop_size\") nor padding "
                + "(\"do_pad\" with \"pad_size\") is fixed",
            at: file,
            remedy: "Set \"do_center_crop\" to true with a \"crop_size\", or give \"size\" a height and a width.")
    }

    private static func resizing(
        _ size: PictureProcessorSettings.Size, numberIsShortestEdge: Bool, file: String
    ) throws -> PictureResizing {
        func edge(_ edge: Int) throws -> Int { try checked(edge, edge, "size", file).height }
        switch size {
        case .sides(let height, let width): return .sides(try checked(height, width, "size", file))
        case .within(let height, let width): return .within(try checked(height, width, "size", file))
        case .edges(let shortest?, let longest?): return .edges(shortest: try edge(shortest), longest: try edge(longest))
        case .edges(let shortest?, nil): return .shortestEdge(try edge(shortest))
        case .edges(nil, let longest): return .longestEdge(try edge(longest ?? 0))
        case .number(let number):
            let size = try checked(number, number, "size", file)
            return numberIsShortestEdge ? .shortestEdge(number) : .sides(size)
        }
    }

    private static func sides(_ size: PictureProcessorSettings.Size, _ key: String, _ file: String) throws -> PictureSize {
        switch size {
        case .number(let number): return try checked(number, number, key, file)
        case .sides(let height, let width): return try checked(height, width, key, file)
        case .edges, .within: throw UserError("\"\(key)\" needs a height and a width", at: file)
        }
    }

    private static func checked(_ height: Int, _ width: Int, _ key: String, _ file: String) throws -> PictureSize {
        guard (1...longestSide).contains(height), (1...longestSide).contains(width) else {
            throw UserError("\"\(key)\" is \(height) x \(width), expected 1 to \(longestSide) pixels a side", at: file)
        }
        return PictureSize(height: height, width: width)
    }
}
