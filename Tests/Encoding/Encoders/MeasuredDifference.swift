import Encoders
import Files
import Foundation
import Torch

/// How far an encoder's states are from the expected ones, as a line of JSON for `make parity-encoders`.
struct MeasuredDifference: Codable {
    /// The `model_type`.
    var family: String
    /// The case, or the real model.
    var name: String
    var isReal: Bool
    var precision: String
    /// The largest difference, as a share of the layer's largest value.
    var difference: Double

    /// Adds a line to the file that IISAN_PARITY_DIFFERENCES names; nothing where the variable is not set.
    static func add(
        _ encoder: PretrainedEncoder, _ name: String, isReal: Bool = false, precision: ElementType = .float32,
        _ difference: Double
    ) throws {
        guard let path = ProcessInfo.processInfo.environment["IISAN_PARITY_DIFFERENCES"] else { return }
        let measured = MeasuredDifference(
            family: encoder.modelType, name: name, isReal: isReal, precision: precision.rawValue, difference: difference)
        guard let file = FileHandle(forWritingAtPath: path) else {
            throw UserError("cannot be written", at: path, remedy: "Make the file that IISAN_PARITY_DIFFERENCES names.")
        }
        defer { try? file.close() }
        try file.seekToEnd()
        try file.write(contentsOf: JSONEncoder().encode(measured) + Data("\n".utf8))
    }
}
