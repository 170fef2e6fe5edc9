import Files
import TestSupport
import Testing

/// Damages bytes in many ways, each time the same, and expects that whoever reads them throws a ``UserError`` or gives a value.
func expectNoCrash(_ whole: [UInt8], rounds: Int, seed: UInt64 = 7, read: ([UInt8]) throws -> Void) {
    var random = SeededGenerator(seed: seed)
    for round in 0..<rounds {
        var bytes = whole
        switch round % 4 {
        case 0: bytes.removeLast(Int.random(in: 1...bytes.count, using: &random))
        case 1:
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0 ... .max, using: &random)
            }
        case 2:
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let inserted = (0..<Int.random(in: 1...6, using: &random)).map { _ in UInt8.random(in: 0 ... .max, using: &random) }
            bytes.insert(contentsOf: inserted, at: start)
        default:
            let start = Int.random(in: 0..<bytes.count, using: &random)
            let end = Int.random(in: start...min(bytes.count, start + 40), using: &random)
            let other = Array(#"[{"":-1e99}],9"#.utf8).prefix(Int.random(in: 0...14, using: &random))
            bytes.replaceSubrange(start..<end, with: other)
        }
        do {
            try read(bytes)
        } catch {
            #expect(error is UserError, "round \(round): \(error)")
        }
    }
}
