import Pictures
import Foundation
import IISAN

extension BadInput {
    /// Pictures, and settings of their processor, that cannot be used.
    static let pictures: [BadInput] = [
        picture("A picture that is cut off", says: ["cut off"]) { try $0.cut(try $0.picture) },
        picture("A picture without a byte", says: ["empty"]) { try $0.write("", to: try $0.picture) },
        picture("A web page in a picture's place", says: ["picture", "png"]) {
            try $0.write("<!DOCTYPE html>\n<html><body>404</body></html>\n", to: try $0.picture)
        },
        picture("A GIF named .png", says: ["picture"]) {
            try $0.write(Array("GIF89a".utf8) + [1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF], to: try $0.picture)
        },
        picture("A vector drawing named .png", says: ["picture"]) {
            try $0.write("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>\n", to: try $0.picture)
        },
        picture("A picture that is gone since the import", says: ["No such file"]) { try $0.remove(try $0.picture) },
        picture("A folder in a picture's place", says: ["not a plain file"]) {
            let picture = try $0.picture
            try $0.remove(picture)
            try $0.makeFolder(picture)
        },
        picture("A picture that is a link to itself", says: ["world/pictures"]) {
            let picture = try $0.picture
            try $0.remove(picture)
            try $0.link(picture, to: $0[picture].lastPathComponent)
        },
        picture("A picture with a damaged header", says: ["damaged"]) { try $0.change(try $0.picture, at: 17, to: 0xFF) },
        picture("A picture that says it has 65535 x 65535 pixels", says: ["65535 x 65535"]) {
            try $0.changeSize(ofPNG: try $0.picture, width: 65_535, height: 65_535)
        },
        picture("A picture that says it has no pixels", says: ["world/pictures"]) {
            try $0.changeSize(ofPNG: try $0.picture, width: 0, height: 0)
        },
        picture("A JPEG that is cut off", says: ["cut off"]) { folder in
            let picture = try folder.picture
            let jpeg = try Picture(file: folder[picture]).jpeg()
            try folder.write(Array(jpeg.prefix(jpeg.count / 2)), to: picture)
        },
        picture("A WebP that is cut off", says: ["world/pictures"]) {
            try $0.write(Array("RIFF".utf8) + [200, 0, 0, 0] + Array("WEBPVP8 ".utf8), to: try $0.picture)
        },
        processor("An encoder of pictures without the settings of its processor", says: ["preprocessor_config.json"]) {
            try $0.remove("image/preprocessor_config.json")
        },
        processor("Settings of a processor that are no JSON", says: ["preprocessor_config.json", "JSON"]) {
            try $0.cut("image/preprocessor_config.json")
        },
        changed(
            "A processor of an unknown type", "\"ViTImageProcessor\"", "\"SamImageProcessor\"", says: ["SamImageProcessor"]),
        changed(
            "A processor for pictures of another size than the encoder's", "\"height\": 64", "\"height\": 224",
            says: ["224", "64"]),
        changed("A height of nothing", "\"height\": 64", "\"height\": 0", says: ["size", "0"]),
        changed("A height below zero", "\"height\": 64", "\"height\": -64", says: ["size", "-64"]),
        changed("A height in words", "\"height\": 64", "\"height\": \"tall\"", says: ["height"]),
        changed("A filter that does not exist", "\"resample\": 2", "\"resample\": 9", says: ["resample", "9"]),
        changed("Deviations of zero", "\"image_std\": [\n    0.5", "\"image_std\": [\n    0", says: ["image_std"]),
        changed("Means of four colours", "\"image_mean\": [", "\"image_mean\": [\n    0.5,", says: ["image_mean"]),
    ]

    /// A row that encodes pictures of which the first was damaged.
    private static func picture(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput {
        BadInput(
            input, on: .dataset, "encode config.yaml --set train.modality=image", says: says, leaves: ["states"], spoil: spoil)
    }

    /// A row that encodes pictures with a copy of the demo's encoder, `image`, which was damaged.
    private static func processor(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput {
        BadInput(input, on: .dataset, "encode config.yaml --set train.modality=image", says: says) {
            try $0.ownEncoder("image")
            try spoil($0)
        }
    }

    /// A row that encodes pictures with another text in `preprocessor_config.json`.
    private static func changed(_ input: String, _ old: String, _ new: String, says: [String]) -> BadInput {
        processor(input, says: ["preprocessor_config.json"] + says) {
            try $0.replace(old, with: new, in: "image/preprocessor_config.json")
        }
    }
}

extension BadInputFolder {
    /// Changes one byte of a file.
    func change(_ path: String, at place: Int, to byte: UInt8) throws {
        var bytes = Array(try Data(contentsOf: self[path]))
        bytes[place] = byte
        try write(bytes, to: path)
    }

    /// Changes the size that a PNG says it has, with the checksum that belongs to it.
    fileprivate func changeSize(ofPNG path: String, width: UInt32, height: UInt32) throws {
        var bytes = Array(try Data(contentsOf: self[path]))
        func bigEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.bigEndian, Array.init) }
        bytes.replaceSubrange(16..<24, with: bigEndian(width) + bigEndian(height))
        // The chunk's CRC-32 is over its name and its 13 bytes.
        var checksum = UInt32.max
        for byte in bytes[12..<29] {
            checksum ^= UInt32(byte)
            for _ in 0..<8 { checksum = checksum >> 1 ^ (checksum & 1 == 1 ? 0xEDB8_8320 : 0) }
        }
        bytes.replaceSubrange(29..<33, with: bigEndian(~checksum))
        try write(bytes, to: path)
    }
}
