/// The checksum CRC-32C (Castagnoli), as TFRecord files use it.
enum CRC32C {
    /// What each byte does to the checksum: the reversed polynomial 0x82F63B78.
    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { value, _ in value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
    }

    /// The checksum of bytes: 0xE3069283 for the digits 1 to 9.
    static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
        ~bytes.reduce(~0) { $0 >> 8 ^ table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] }
    }

    /// The checksum as TFRecord stores it, turned and shifted, so that a checksum of data that holds checksums stays a good one.
    static func masked(_ bytes: some Sequence<UInt8>) -> UInt32 {
        let checksum = checksum(bytes)
        return (checksum >> 15 | checksum << 17) &+ 0xA282_EAD8
    }
}
