package import Encoders
package import Catalogue
package import Files
import Yams

/// One modality's frozen encoder and its store.
public struct ModalitySettings: Sendable, Equatable {
    /// What is read of the items; for text and image it follows from their names.
    package var input = ItemInput.title
    /// The Hugging Face directory of the encoder.
    public var encoder = ""
    /// The folder of the hidden-state store.
    public var store = ""
    /// The layers whose states are kept; nil spreads seven over the depth.
    public var layers: [Int]?
    /// How token states become one; nil for the family's own.
    public var pooling: Pooling?
    /// What the text of an item is.
    package var source = TextSource.titles
    /// Titles are cut to this many tokens, special ones included.
    public var maximumTokens = 30
    /// What becomes of pictures that cannot be read.
    public var damaged = EncodingOptions.DamagedPictures.fail

    /// A folder of videos' frames: an item that has some has the mean of their states; nil: none.
    package var frames: String?

    /// The defaults.
    public init() {}

    /// What the encoder of a modality with these settings reads, text or image; nil for states that another program computed.
    func encoderModality(of modality: Modality) -> Modality? {
        guard modality.isFurther else { return modality }
        return switch input {
        case .title: .text
        case .picture: .image
        case .states: nil
        }
    }
}

/// What a modality reads of an item.
package enum ItemInput: String, Sendable, CaseIterable {
    /// The title.
    case title
    /// The picture.
    case picture
    /// States that another program computed: `iisan encode import` has put them into the store.
    case states
}

extension ItemInput: SettingValue {}

extension ModalitySettings: SettingsSection {
    static var settings: [Setting<ModalitySettings>] { settings(of: \.self) }

    /// The settings as a part of another section's.
    static func settings<Section>(of path: WritableKeyPath<Section, ModalitySettings>) -> [Setting<Section>] {
        [
            .value(
                "encoder", path.appending(path: \.encoder),
                "The model's directory (config.json, safetensors, tokenizer or preprocessor), or its name in the hub's cache."),
            .value("store", path.appending(path: \.store), "The folder of the hidden-state store."),
            .optional(
                "layers", path.appending(path: \.layers),
                "The kept layers, 0 is the embedding output; left out, seven are spread evenly."),
            .optional(
                "pooling", path.appending(path: \.pooling), "first, mean or last; left out, what the encoder's family uses."),
            .value(
                "source", path.appending(path: \.source),
                "text: what is read of an item: titles, captions, or titles+captions (64 tokens suit captions)."),
            .value(
                "maximum_tokens", path.appending(path: \.maximumTokens),
                "text: titles are cut to this many tokens, special ones included."),
            .value(
                "damaged", path.appending(path: \.damaged),
                "image: pictures that cannot be read stop the work (fail) or count as missing (skip)."),
            .optional(
                "frames", path.appending(path: \.frames),
                "image: a folder of videos' frames, ITEM-1.jpg, ITEM-2.jpg ...: such items have the mean of their states."),
        ]
    }
}

/// A modality beside text and image: its settings say what it reads too.
struct FurtherModality: SettingsSection {
    var own = ModalitySettings()

    static var settings: [Setting<FurtherModality>] {
        [
            .value(
                "input", \.own.input,
                "What is read: title, picture, or states, which iisan encode import has put into the store.")
        ] + ModalitySettings.settings(of: \.own)
    }
}

extension EncodeSettings {
    /// The modalities beside text and image.
    var more: PerModality<FurtherModality> {
        get { modalities.compactMapValues { $0.isFurther ? FurtherModality(own: $1) : nil } }
        set {
            let (text, image) = (text, image)
            modalities = newValue.mapValues(\.own)
            (self.text, self.image) = (text, image)
        }
    }
}

extension TrainSettings {
    /// The kept layers of modalities beside text and image; nil where none are named.
    var furtherLayers: PerModality<[Int]>? {
        get {
            let further = layers.compactMapValues { $0.isFurther ? $1 : nil }
            return further.isEmpty ? nil : further
        }
        set {
            let (text, image) = (textLayers, imageLayers)
            layers = newValue ?? [:]
            (textLayers, imageLayers) = (text, image)
        }
    }
}

extension Modality {
    /// Whether it is neither text nor image, which have settings of their own.
    var isFurther: Bool { self != .text && self != .image }

    /// Names of other parts of a model, and what `train.modality` says for all of them.
    private static let taken: Set = ["inter", "fusion", "id", "both", "all"]

    /// The further modality of a key in a section.
    ///
    /// - Throws: ``UserError`` without a place.
    static func further(_ key: Node) throws -> Modality {
        let modality = try Modality(String.read(key))
        guard modality.isFurther else {
            throw UserError(
                "\(modality.name) has settings of its own",
                remedy: "Write them as encode.\(modality.name) and train.\(modality.name)_layers.")
        }
        guard !taken.contains(modality.name) else {
            throw UserError("\(modality.name.quoted) has a meaning of its own", remedy: "Take another name.")
        }
        return modality
    }
}

extension Setting {
    /// Sections below a name, one for each further modality.
    static func modalities<Value: SettingsSection>(
        _ name: String, _ path: WritableKeyPath<Section, PerModality<Value>>, _ summary: String
    ) -> Setting {
        Setting(
            name: name, summary: summary,
            read: { section, node, place in
                section[keyPath: path] = [:]
                guard node.null == nil else { return }
                guard let mapping = node.mapping else {
                    throw UserError("expected a section with keys, found \(node.shown)", at: place.description)
                }
                for (key, value) in mapping where value.null == nil {
                    let here = place.below(key.scalar?.string ?? key.shown, key)
                    let modality = try here.naming { try Modality.further(key) }
                    section[keyPath: path][modality] = try Value.read(value, here)
                }
            },
            write: { section, indent in
                let space = String(repeating: " ", count: indent + 2)
                let parts = section[keyPath: path].map { modality, value in
                    "\(space)\(modality.name):\n\(value.yaml(indent: indent + 4))"
                }
                return parts.isEmpty ? nil : "\n" + parts.joined()
            },
            difference: { section, other, place in
                let (own, theirs) = (section[keyPath: path], other[keyPath: path])
                let gone = theirs.filter { own[$0.modality] == nil }.map { "\(place).\($0.modality.name): null\n" }
                let changed = own.map { modality, value in
                    let here = "\(place).\(modality.name)"
                    let changes = value.differences(from: theirs[modality] ?? Value(), here) ?? ""
                    return changes.isEmpty && theirs[modality] == nil ? "\(here): {}\n" : changes
                }
                let all = (gone + changed).joined()
                return all.isEmpty ? nil : all
            })
    }
}

extension PerModality: SettingValue where Content: SettingValue {
    static func read(_ node: Node) throws -> PerModality<Content> {
        guard let mapping = node.mapping else {
            throw UserError("expected modalities with values, found \(node.shown)", remedy: "Write them as {caption: [0, 6]}.")
        }
        var values: PerModality<Content> = [:]
        for (key, value) in mapping { values[try Modality.further(key)] = try Content.read(value) }
        return values
    }

    var yaml: String { "{\(map { "\($0.name): \($1.yaml)" }.joined(separator: ", "))}" }
}

extension ModalityChoice: SettingValue {
    static func read(_ node: Node) throws -> ModalityChoice {
        let names = try node.sequence.map { try $0.map(String.read) } ?? [String.read(node)]
        guard let choice = ModalityChoice(rawValue: names.joined(separator: "+")) else {
            throw UserError(
                "\(names.joined(separator: ", ").quoted) names no modalities",
                remedy: "Write both or all, a name as text, or several as [text, caption].")
        }
        return choice
    }

    var yaml: String { rawValue }
}
