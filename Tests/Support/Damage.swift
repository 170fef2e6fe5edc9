/// Bytes with a few of them changed, left out or put in, or cut off.
package func damaged(_ bytes: [UInt8], using random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
        let place = Int.random(in: 0..<bytes.count, using: &random)
        switch Int.random(in: 0..<5, using: &random) {
        case 0: bytes[place] = .random(in: 0 ... .max, using: &random)
        case 1: bytes[place] ^= UInt8(1) << UInt8.random(in: 0..<8, using: &random)
        case 2: bytes.remove(at: place)
        case 3: bytes.insert(.random(in: 0 ... .max, using: &random), at: place)
        default: bytes[place] = [0, 0xFF, 0x7F, 0x80].randomElement(using: &random)!
        }
    }
    if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeLast(.random(in: 0...bytes.count, using: &random)) }
    return bytes
}
