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
