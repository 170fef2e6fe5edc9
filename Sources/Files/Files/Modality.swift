/// A side of an item that a model reads, by its name: its title (`text`), its picture (`image`), or another that a user names.
public struct Modality: RawRepresentable, Hashable, Sendable, Codable, CodingKeyRepresentable,
    CustomStringConvertible
{
    /// The name, as settings, files and parameters have it: a small letter, then small letters, digits and underscores; at most 64.
    public let rawValue: String

    /// The items' titles.
    public static let text = Modality(known: "text")
    /// The items' pictures.
    public static let image = Modality(known: "image")

    private init(known name: String) { rawValue = name }

    /// The modality of a name; nil for what is no name.
    public init?(rawValue: String) {
        let small: ClosedRange<UInt8> = 0x61...0x7A
        let isName =
            rawValue.utf8.count <= 64 && rawValue.utf8.first.map(small.contains) == true
            && rawValue.utf8.allSatisfy { small.contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F }
        guard isName else { return nil }
        self.init(known: rawValue)
    }

    /// The modality of a name.
    ///
    /// - Throws: ``UserError`` without a place when it is no name of a modality.
    package init(_ name: String) throws {
        guard let modality = Modality(rawValue: name) else {
            throw UserError(
                "\(name.quoted) is no name of a modality",
                remedy: "Take a small letter and then small letters, digits and underscores, as in caption.")
        }
        self = modality
    }

    /// The name.
    package var name: String { rawValue }

    /// The name.
    public var description: String { rawValue }

    /// Where it is among others: text first, then image, then the others by name.
    var order: (Int, String) { (self == .text ? 0 : self == .image ? 1 : 2, name) }
}
