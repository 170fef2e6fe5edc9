import Files
import Foundation

/// A `preprocessor_config.json` as it is written, or the section of a `processor_config.json`. ``PictureProcessorKeys`` tells what of
/// the rest does nothing.
struct PictureProcessorSettings: Decodable {
    var image_processor_type: String?
    var feature_extractor_type: String?
    var do_resize: Bool?
    var size: Size?
    var default_to_square: Bool?
    var use_square_size: Bool?
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
    /// The keys that are there with null.
    var nulls: Set<String> = []

    /// The processor's type as older and newer files name it.
    var type: String? { image_processor_type ?? feature_extractor_type }

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

extension PictureProcessorSettings {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads the settings. What `transformers` is told to do with null it does not do.
    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        func value<Value: Decodable>(_ key: String) throws -> Value? {
            try container.decodeIfPresent(Value.self, forKey: Key(key))
        }
        func does(_ key: String) throws -> Bool? { try isNull(key) ? false : value(key) }
        func isNull(_ key: String) throws -> Bool {
            let key = Key(key)
            return container.contains(key) ? try container.decodeNil(forKey: key) : false
        }
        image_processor_type = try value("image_processor_type")
        feature_extractor_type = try value("feature_extractor_type")
        do_resize = try does("do_resize")
        size = try value("size")
        default_to_square = try value("default_to_square")
        use_square_size = try value("use_square_size")
        crop_pct = try value("crop_pct")
        resample = try value("resample")
        do_center_crop = try does("do_center_crop")
        crop_size = try value("crop_size")
        do_rescale = try does("do_rescale")
        rescale_factor = try value("rescale_factor")
        do_normalize = try does("do_normalize")
        image_mean = try value("image_mean")
        image_std = try value("image_std")
        do_pad = try does("do_pad")
        pad_size = try value("pad_size")
        nulls = try Set(PictureProcessorKeys.read.union(["crop_pct"]).filter(isNull))
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
