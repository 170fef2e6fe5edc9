import Files
import Foundation

/// A `preprocessor_config.json` as it is written.
struct PictureProcessorSettings: Decodable {
    /// A size as written: a number, or an object of sides.
    enum Size: Equatable {
        case number(Int)
        case sides(height: Int, width: Int)
        case shortestEdge(Int)
    }

    var image_processor_type: String?
    var feature_extractor_type: String?
    var do_resize: Bool?
    var size: Size?
    var crop_pct: Double?
    var resample: Int?
    var do_center_crop: Bool?
    var crop_size: Size?
    var do_rescale: Bool?
    var rescale_factor: Double?
    var do_normalize: Bool?
    var image_mean: Channels?
    var image_std: Channels?
    var do_pad: Bool?

    /// A number per channel, or one for all three.
    struct Channels: Decodable {
        var values: [Double]

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let one = try? container.decode(Double.self) {
                values = [one, one, one]
            } else {
                values = try container.decode([Double].self)
            }
        }
    }
}

extension PictureProcessorSettings.Size: Decodable {
    private enum Keys: String, CodingKey { case height, width, shortest_edge, longest_edge }

    init(from decoder: any Decoder) throws {
        if let number = try? decoder.singleValueContainer().decode(Int.self) {
            self = .number(number)
            return
        }
        let container = try decoder.container(keyedBy: Keys.self)
        if container.contains(.longest_edge) {
            throw DecodingError.dataCorruptedError(
                forKey: .longest_edge, in: container, debugDescription: "a longest edge is not supported")
        }
        if container.contains(.shortest_edge) {
            self = .shortestEdge(try container.decode(Int.self, forKey: .shortest_edge))
        } else {
            self = .sides(
                height: try container.decode(Int.self, forKey: .height), width: try container.decode(Int.self, forKey: .width))
        }
    }
}
