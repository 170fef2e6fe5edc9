import Files
import Foundation

/// The part of a timm repository's `config.json` that pictures are made with: its `pretrained_cfg`, or the file itself where older
/// repositories have no such section.
struct TimmSettings: Decodable {
    var input_size: [Int]?
    var interpolation: String?
    var mean: [Double]?
    var std: [Double]?
    var crop_pct: Double?
    var crop_mode: CropMode?

    /// Which part of a picture is seen.
    enum CropMode: String, Decodable {
        /// The centre of the picture.
        case center
        /// The centre of the picture after it is warped to a square.
        case squash
        /// All of the picture, with a border to make it square.
        case border
    }

    private struct File: Decodable {
        var pretrained_cfg: TimmSettings?
    }

    /// Reads a `config.json`.
    ///
    /// - Throws: ``UserError`` that names the file and the key.
    init(file: URL) throws {
        let section = try JSONFile.read(File.self, from: file).pretrained_cfg
        self = try section ?? JSONFile.read(TimmSettings.self, from: file)
    }
}
