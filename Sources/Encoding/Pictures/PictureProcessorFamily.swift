import Files

/// What a family's image processor does where its file says nothing.
enum PictureProcessorFamily: String, CaseIterable {
    case vit = "ViT"
    case deit = "DeiT"
    case clip = "CLIP"
    case siglip = "Siglip"
    case convNext = "ConvNext"

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

    /// The size, which a plain number may stand for: both sides (ViT, DeiT) or the shorter one.
    var numberIsShortestEdge: Bool { self == .clip || self == .convNext || self == .siglip }

    var size: PictureProcessorSettings.Size {
        switch self {
        case .vit, .siglip: .sides(height: 224, width: 224)
        case .deit: .sides(height: 256, width: 256)
        case .clip: .shortestEdge(224)
        case .convNext: .shortestEdge(384)
        }
    }

    var filter: ResizeFilter { self == .vit ? .bilinear : .bicubic }

    var cropsCenter: Bool { self == .deit || self == .clip }

    var mean: [Double] { self == .clip ? [0.48145466, 0.4578275, 0.40821073] : [0.5, 0.5, 0.5] }

    var deviation: [Double] { self == .clip ? [0.26862954, 0.26130258, 0.27577711] : [0.5, 0.5, 0.5] }
}
