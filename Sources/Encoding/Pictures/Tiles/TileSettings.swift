import Files
import Foundation

/// The families of processors that cut pictures into tiles.
enum TileFamily: String, CaseIterable {
    case llavaNext = "LlavaNext"
    case llavaOnevision = "LlavaOnevision"
    case idefics3 = "Idefics3"
    case smolvlm = "SmolVLM"

    /// The family of a processor's type; nil for one that cuts nothing.
    init?(type: String) {
        let endings = ["ImageProcessor", "ImageProcessorFast", "ImageProcessorPil"]
        let found = Self.allCases.first { family in
            endings.contains { type.lowercased() == (family.rawValue + $0).lowercased() }
        }
        guard let found else { return nil }
        self = found
    }

    /// The family of a kind of model, where the processor's file names no type; nil for one that cuts nothing.
    init?(model: String) {
        let models: [String: TileFamily] = [
            "llava_next": .llavaNext, "llava_onevision": .llavaOnevision, "idefics3": .idefics3, "smolvlm": .smolvlm,
        ]
        guard let family = models[model] else { return nil }
        self = family
    }

    /// The resolutions where a file gives none.
    var pinpoints: [[Int]] {
        switch self {
        case .llavaNext: return [[336, 672], [672, 336], [672, 672], [1008, 336], [336, 1008]]
        case .llavaOnevision:
            let sides = (1...6).map { $0 * 384 }
            return sides.flatMap { height in sides.map { [height, $0] } }
        case .idefics3, .smolvlm: return []
        }
    }

    /// The keys that the family reads besides those of ``PictureProcessorKeys``.
    var keys: Set<String> {
        switch self {
        case .llavaNext, .llavaOnevision: ["image_grid_pinpoints"]
        case .idefics3, .smolvlm: ["do_image_splitting", "max_image_size"]
        }
    }

    /// The keys among those that the family lets be: one picture's tiles are all of one size, so that nothing is padded, and here
    /// squares are not cropped.
    var ignoredKeys: Set<String> {
        switch self {
        case .llavaNext, .llavaOnevision: ["do_pad", "pad_size"]
        case .idefics3, .smolvlm: ["do_pad", "pad_size", "do_center_crop", "crop_size"]
        }
    }
}

/// The settings of tiles in a processor's file.
struct TileSettings: Decodable {
    /// Height and width of each resolution.
    var image_grid_pinpoints: [[Int]]?
    var do_image_splitting: Bool?
    var max_image_size: PictureProcessorSettings.Size?
    /// The keys that are there with null.
    var nulls: Set<String> = []

    private enum Keys: String, CodingKey, CaseIterable { case image_grid_pinpoints, do_image_splitting, max_image_size }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        image_grid_pinpoints = try container.decodeIfPresent([[Int]].self, forKey: .image_grid_pinpoints)
        do_image_splitting = try container.decodeIfPresent(Bool.self, forKey: .do_image_splitting)
        max_image_size = try container.decodeIfPresent(PictureProcessorSettings.Size.self, forKey: .max_image_size)
        for key in Keys.allCases where container.contains(key) {
            if try container.decodeNil(forKey: key) { nulls.insert(key.rawValue) }
        }
    }
}
