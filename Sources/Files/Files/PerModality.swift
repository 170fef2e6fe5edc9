/// A value for each of some modalities: text first, then image, then the others by name.
///
/// In JSON it is an object with the modalities' names as keys.
public struct PerModality<Content>: ExpressibleByDictionaryLiteral {
    private var contents: [Modality: Content] = [:]

    /// The values of some modalities; one whose value is nil is left out.
    public init(dictionaryLiteral elements: (Modality, Content?)...) {
        for (modality, value) in elements { contents[modality] = value }
    }

    /// The value of a modality; nil where there is none.
    public subscript(modality: Modality) -> Content? {
        get { contents[modality] }
        set { contents[modality] = newValue }
    }

    /// How many modalities there are.
    package var count: Int { contents.count }

    /// Whether there is none.
    package var isEmpty: Bool { contents.isEmpty }

    /// The modalities, in their order.
    package var modalities: [Modality] { contents.keys.sorted { $0.order < $1.order } }

    /// The values, in the modalities' order.
    package var values: [Content] { map(\.value) }

    /// Other values of the same modalities.
    package func mapValues<Other>(_ other: (Content) throws -> Other) rethrows -> PerModality<Other> {
        try compactMapValues { _, value in try other(value) }
    }

    /// Other values of those modalities for which there is one; asked for in their order.
    package func compactMapValues<Other>(
        _ other: (Modality, Content) throws -> Other?
    ) rethrows -> PerModality<Other> {
        var found: PerModality<Other> = [:]
        for (modality, value) in self { found[modality] = try other(modality, value) }
        return found
    }
}

extension PerModality: Sequence {
    /// The modalities with their values, in their order.
    public func makeIterator() -> some IteratorProtocol<(modality: Modality, value: Content)> {
        modalities.lazy.compactMap { modality in contents[modality].map { (modality: modality, value: $0) } }.makeIterator()
    }
}

extension PerModality: Sendable where Content: Sendable {}
extension PerModality: Equatable where Content: Equatable {}

extension PerModality: Encodable where Content: Encodable {
    /// Writes an object.
    public func encode(to encoder: any Encoder) throws { try contents.encode(to: encoder) }
}

extension PerModality: Decodable where Content: Decodable {
    /// Reads an object.
    public init(from decoder: any Decoder) throws { contents = try [Modality: Content](from: decoder) }
}
