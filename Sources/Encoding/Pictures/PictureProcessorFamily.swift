import Files

/// What a family's image processor does where its file says nothing, as the Pillow processors of `transformers` 5 have it.
///
/// Other encoders name one of these: DINOv2 the one of BiT, EVA that of CLIP, MAE and Swin that of ViT, SigLIP 2 of a fixed size
/// that of SigLIP.
enum PictureProcessorFamily: String, CaseIterable {
    case vit = "ViT"
    case deit = "DeiT"
    case beit = "Beit"
    case bit = "Bit"
    case clip = "CLIP"
    case siglip = "Siglip"
    case convNext = "ConvNext"
    case llava = "Llava"

    /// The family of a processor's type, as in `ViTImageProcessor`; ViT where there is none.
    ///
    /// - Throws: ``UserError`` for a type that is not known.
    init(type: String?, file: String) throws {
        guard let type else {
            self = .vit
            return
        }
        let endings = ["ImageProcessor", "ImageProcessorFast", "ImageProcessorPil", "FeatureExtractor"]
        let found = Self.allCases.first { family in
            endings.contains { type.lowercased() == (family.rawValue + $0).lowercased() }
        }
        guard let found else {
            let known = Self.allCases.map { $0.rawValue + "ImageProcessor" }
            throw UserError(
                "the image processor \"\(type)\" is not supported", at: file, remedy: Suggestion.sentence(for: type, in: known))
        }
        self = found
    }

    /// Whether it is made like CLIP's.
    private var isLikeCLIP: Bool { self == .clip || self == .bit || self == .llava }

    /// The size, which a plain number may stand for: both sides or the shorter one.
    var numberIsShortestEdge: Bool { isLikeCLIP || self == .convNext || self == .siglip }

    var size: PictureProcessorSettings.Size {
        switch self {
        case .vit, .beit, .siglip: .sides(height: 224, width: 224)
        case .deit: .sides(height: 256, width: 256)
        case .clip, .bit, .llava: .edges(shortest: 224, longest: nil)
        case .convNext: .edges(shortest: 384, longest: nil)
        }
    }

    var filter: ResizeFilter { self == .vit ? .bilinear : .bicubic }

    var cropsCenter: Bool { self == .deit || isLikeCLIP }

    var mean: [Double] { isLikeCLIP ? [0.48145466, 0.4578275, 0.40821073] : [0.5, 0.5, 0.5] }

    var deviation: [Double] { isLikeCLIP ? [0.26862954, 0.26130258, 0.27577711] : [0.5, 0.5, 0.5] }
}

/// What becomes of each key of a `preprocessor_config.json`, or of the section `image_processor` of a `processor_config.json`.
///
/// A key that is not named here does nothing in the processors of `transformers` either.
enum PictureProcessorKeys {
    /// The keys that every family reads.
    static let read: Set = [
        "image_processor_type", "feature_extractor_type", "do_resize", "size", "default_to_square", "resample",
        "do_center_crop",
        "crop_size", "do_rescale", "rescale_factor", "do_normalize", "image_mean", "image_std", "do_pad", "pad_size",
    ]

    private static let padding: Set = ["do_pad", "pad_size"]

    /// The keys that a family reads besides.
    static func read(by family: PictureProcessorFamily) -> Set<String> {
        switch family {
        case .beit: read.subtracting(padding)
        case .convNext: read.subtracting(padding).union(["crop_pct"])
        case .clip: read.union(["use_square_size"])
        case .vit, .deit, .bit, .siglip: read
        // It pads to a square, whatever size is given.
        case .llava: read.subtracting(["pad_size"])
        }
    }

    /// Keys that change no pixel: pictures come as RGB, one by one, and leave as rows of channels.
    static let withoutEffect: Set = [
        "_processor_class", "_valid_processor_keys", "auto_map", "data_format", "device", "disable_grouping",
        "do_convert_rgb", "do_flip_channel_order", "do_reduce_labels", "do_thumbnail", "do_align_long_axis", "image_seq_length",
        "input_data_format", "num_channels", "offset", "patch_size", "processor_class", "reduce_labels", "reducing_gap",
        "return_tensors",
    ]
}
