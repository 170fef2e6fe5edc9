import Encoders
import Encoding
import HiddenStates

/// The section `encode`: the frozen encoders and their stores.
public struct EncodeSettings: Sendable, Equatable {
    /// One modality's encoder.
    public struct Modality: Sendable, Equatable {
        /// The Hugging Face directory of the encoder.
        public var encoder = ""
        /// The folder of the hidden-state store.
        public var store = ""
        /// The layers whose states are kept; nil spreads seven over the depth.
        public var layers: [Int]?
        /// How token states become one; nil for the family's own.
        public var pooling: Pooling?
        /// Titles are cut to this many tokens, special ones included.
        public var maximumTokens = 30
        /// What becomes of pictures that cannot be read.
        public var damaged = EncodingOptions.DamagedPictures.fail

        /// The defaults.
        public init() {}
    }

    /// The encoder of titles; nil without that modality.
    public var text: Modality?
    /// The encoder of pictures; nil without that modality.
    public var image: Modality?
    /// The type of stored states.
    public var dtype = StateType.float16
    /// The type of the encoders' matrix products.
    public var precision = EncodingOptions.Precision.float32

    /// The memory that encoders may use; nil: four fifths of what the machine has free.
    public var memory: ByteCount?

    /// The defaults.
    public init() {}
}

extension EncodeSettings: SettingsSection {
    static var settings: [Setting<EncodeSettings>] {
        [
            .optionalSection("text", \.text, "The encoder of titles; leave it out to do without titles."),
            .optionalSection("image", \.image, "The encoder of pictures; leave it out to do without pictures."),
            .value("dtype", \.dtype, "Stored states: float16, bfloat16 or float32."),
            .value("precision", \.precision, "The encoders' matrix products: float32 or bfloat16."),
            .optional(
                "memory", \.memory,
                "Memory to use, as 8GB; an encoder that is too large for it is read block by block. Left out, what is free."),
        ]
    }
}

extension EncodeSettings.Modality: SettingsSection {
    static var settings: [Setting<EncodeSettings.Modality>] {
        [
            .value(
                "encoder", \.encoder,
                "The model's directory (config.json, safetensors, tokenizer or preprocessor), or its name in the hub's cache."),
            .value("store", \.store, "The folder of the hidden-state store."),
            .optional("layers", \.layers, "The kept layers, 0 is the embedding output; left out, seven are spread evenly."),
            .optional("pooling", \.pooling, "first, mean or last; left out, what the encoder's family uses."),
            .value("maximum_tokens", \.maximumTokens, "text: titles are cut to this many tokens, special ones included."),
            .value(
                "damaged", \.damaged, "image: pictures that cannot be read stop the work (fail) or count as missing (skip)."),
        ]
    }
}

extension StateType: SettingValue {}
extension Pooling: SettingValue {}
extension EncodingOptions.DamagedPictures: SettingValue {}
extension EncodingOptions.Precision: SettingValue {}
