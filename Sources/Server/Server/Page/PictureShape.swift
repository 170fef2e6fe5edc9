import Foundation
import Serving
import Synchronization
import Torch

/// The shape that most pictures of a catalogue have, so that they are shown whole and beside each other.
final class PictureShape: Sendable {
    enum Shape: String, Sendable {
        case portrait, square, landscape
    }

    private let known = Mutex<(model: String, shape: Shape)?>(nil)

    /// The shape of a catalogue's pictures, found once for each model from a few of them.
    func of(_ engine: Engine) async throws -> Shape {
        let (model, ids) = try await engine.model.ask { model in
            let snapshot = try model.snapshot()
            let count = snapshot.search.count
            let rows = Set((0..<9).map { ($0 * 2 + 1) * count / 18 }).filter { $0 < count }
            return (model.name, rows.sorted().map { snapshot[$0].id })
        }
        if let found = known.withLock({ $0 }), found.model == model { return found.shape }
        var ratios: [Double] = []
        for id in ids {
            // A picture that cannot be read says nothing of the others.
            guard let picture = try? await engine.pictures.picture(of: id, as: .thumbnail),
                let size = JPEGSize(picture.bytes)
            else { continue }
            ratios.append(Double(size.width) / Double(size.height))
        }
        let shape = Self.shape(of: ratios)
        known.withLock { $0 = (model, shape) }
        return shape
    }

    /// The shape of the middle one of some ratios of width and height.
    static func shape(of ratios: [Double]) -> Shape {
        guard !ratios.isEmpty else { return .square }
        let middle = ratios.sorted()[ratios.count / 2]
        return middle < 0.85 ? .portrait : middle > 1.2 ? .landscape : .square
    }
}

/// The width and height that a JPEG file says it has.
struct JPEGSize: Equatable {
    var width, height: Int
}

extension JPEGSize {
    /// Reads the head of a file; nil where it is none.
    init?(_ file: Data) {
        let bytes = [UInt8](file.prefix(65_536))
        guard bytes.starts(with: [0xFF, 0xD8]) else { return nil }
        var place = 2
        while place + 9 < bytes.count, bytes[place] == 0xFF {
            let (marker, length) = (bytes[place + 1], Int(bytes[place + 2]) << 8 | Int(bytes[place + 3]))
            // Frames of all kinds, but for tables that share their range of markers.
            if (0xC0...0xCF).contains(marker), ![0xC4, 0xC8, 0xCC].contains(marker) {
                let height = Int(bytes[place + 5]) << 8 | Int(bytes[place + 6])
                let width = Int(bytes[place + 7]) << 8 | Int(bytes[place + 8])
                guard width > 0, height > 0 else { return nil }
                self.init(width: width, height: height)
                return
            }
            place += 2 + length
        }
        return nil
    }
}
