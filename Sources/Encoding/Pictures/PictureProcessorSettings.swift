import Files
import Foundation

/// A `preprocessor_config.json` as it is written.
struct PictureProcessorSettings: Decodable {
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
    var pad_size: Size?

    /// A size as written: a number, a list of height and width, or an object of sides or bounds.
    enum Size: Equatable {
        case number(Int)
        case sides(height: Int, width: Int)
        case edges(shortest: Int?, longest: Int?)
        case within(height: Int, width: Int)
    }

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
    private enum Keys: String, CodingKey { case height, width, shortest_edge, longest_edge, max_height, max_width }

    init(from decoder: any Decoder) throws {
        let value = try decoder.singleValueContainer()
        if let number = try? value.decode(Int.self) {
            self = .number(number)
            return
        }
        if let sides = try? value.decode([Int].self) {
            guard sides.count == 2 else {
                throw DecodingError.dataCorruptedError(in: value, debugDescription: "a list of a size is height and width")
            }
            self = .sides(height: sides[0], width: sides[1])
            return
        }
        let container = try decoder.container(keyedBy: Keys.self)
        func number(_ key: Keys) throws -> Int { try container.decode(Int.self, forKey: key) }
        let shortest = try container.decodeIfPresent(Int.self, forKey: .shortest_edge)
        let longest = try container.decodeIfPresent(Int.self, forKey: .longest_edge)
        if shortest != nil || longest != nil {
            self = .edges(shortest: shortest, longest: longest)
        } else if container.contains(.max_height) {
            self = .within(height: try number(.max_height), width: try number(.max_width))
        } else {
            self = .sides(height: try number(.height), width: try number(.width))
        }
    }
}
