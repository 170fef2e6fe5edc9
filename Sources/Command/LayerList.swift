import ArgumentParser
import Foundation

/// Layer numbers as the command takes them: `0,2,4`.
struct LayerList {
    let numbers: [Int]

    init(_ text: String) throws {
        numbers = try text.split(separator: ",").map { part in
            guard let layer = Int(part.trimmingCharacters(in: .whitespaces)) else {
                throw ValidationError("--layers: \"\(part)\" is not a number")
            }
            return layer
        }
    }
}
