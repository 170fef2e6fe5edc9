import Captions
package import Catalogue
import Files
import Generation

/// The section `encode.captions`: texts that a model of pictures and texts writes about the items' pictures.
public struct CaptionSettings: Sendable, Equatable {
    /// The Hugging Face directory of the model.
    package var model = ""
    /// The file of captions, `captions.jsonl`.
    package var file = ""
    /// Which items' pictures are captioned.
    package var items = CaptionedItems.all
    /// A folder of videos' frames; nil: none.
    package var frames: String?
    /// What is asked about each picture.
    package var prompt = CaptionOptions().prompt
    /// The form of the conversation around it; nil: that of the model's family.
    package var template: String?
    /// The most tokens of a caption.
    package var maximumTokens = 40
    /// What logits are divided by before a token is drawn; 0: the likeliest.
    package var temperature = 0.0
    /// The probability of the tokens that are drawn from.
    package var topP = 1.0
    /// The penalty of repetitions; nil: the model's own.
    package var repetitionPenalty: Double?
    /// What draws follow from.
    package var seed = 0
    /// Whether models that can read pictures in tiles do.
    package var tiles = false
    /// What is computed in.
    package var precision = EncodingOptions.Precision.float32
    /// What becomes of pictures that cannot be read.
    package var damaged = EncodingOptions.DamagedPictures.fail
    /// The most pictures at a time.
    package var batch = 16

    /// The defaults.
    package init() {}
}

/// Which items' pictures are captioned.
package enum CaptionedItems: String, Sendable, CaseIterable {
    /// All that have a picture.
    case all
    /// Those that have a picture and no title.
    case untitled
}

extension CaptionedItems: SettingValue {}

/// What the text of an item is.
package enum TextSource: String, Sendable, CaseIterable {
    /// Its title.
    case titles
    /// Its caption; items without one have no text.
    case captions
    /// Its title, and its caption after a full stop; one of them where the other is missing.
    case both = "titles+captions"
}

extension TextSource: SettingValue {}

extension CaptionSettings: SettingsSection {
    static var settings: [Setting<CaptionSettings>] {
        [
            .value(
                "model", \.model,
                "The model's directory (LLaVA, LLaVA-NeXT, SmolVLM, Idefics 3), or its name in the hub's cache."),
            .value("file", \.file, "Where the captions are kept, as captions/captions.jsonl."),
            .value("items", \.items, "Whose pictures are captioned: all, or those of untitled items."),
            .optional(
                "frames", \.frames, "A folder of videos' frames, ITEM-1.jpg, ITEM-2.jpg ...: such items are captioned by them."),
            .value("prompt", \.prompt, "What is asked about each picture."),
            .optional(
                "template", \.template,
                "The form of the conversation, as \"USER: {image}\\n{prompt} ASSISTANT:\"; left out, that of the model's family."
            ),
            .value("maximum_tokens", \.maximumTokens, "The most tokens of a caption."),
            .value("temperature", \.temperature, "What logits are divided by before a token is drawn; 0 takes the likeliest."),
            .value("top_p", \.topP, "Tokens are drawn from the likeliest ones that have this probability together."),
            .optional(
                "repetition_penalty", \.repetitionPenalty, "The penalty of repetitions, as 1.1; left out, the model's own."),
            .value("seed", \.seed, "What draws follow from."),
            .value("tiles", \.tiles, "Whether SmolVLM and Idefics 3 read pictures in tiles too, for several times the work."),
            .value("precision", \.precision, "The matrix products: float32 or bfloat16."),
            .value("damaged", \.damaged, "Pictures that cannot be read stop the work (fail) or are listed (skip)."),
            .value("batch", \.batch, "The most pictures at a time; fewer where memory is short."),
        ]
    }

    /// What a number is that it may not be, with the key.
    func problems() -> Problems {
        var problems = Problems()
        func require(_ isRight: Bool, _ problem: String, _ key: String, _ remedy: String) {
            problems.require(isRight, problem, at: key, remedy: remedy)
        }
        require(!model.isEmpty, "is empty", "model", "Name a model's directory.")
        require(!file.isEmpty, "is empty", "file", "Name a file, as captions/captions.jsonl.")
        require(
            file.isEmpty || file.hasSuffix(".jsonl"), "is \(file.quoted)", "file",
            "A file of captions is called something.jsonl.")
        require((1...1 << 20).contains(maximumTokens), "is \(maximumTokens)", "maximum_tokens", "Write 1 to \(1 << 20) tokens.")
        require(temperature >= 0 && temperature.isFinite, "is \(temperature)", "temperature", "Take 0 or more.")
        require(topP > 0 && topP <= 1, "is \(topP)", "top_p", "Take a probability from above 0 to 1.")
        let penalty = repetitionPenalty ?? 1
        require(
            penalty > 0 && penalty.isFinite, "is \(penalty)", "repetition_penalty", "Take a number above 0; 1 changes nothing.")
        require(seed >= 0, "is \(seed)", "seed", "Take a number from 0.")
        require(
            (1...CaptionOptions.largestBatch).contains(batch), "is \(batch)", "batch",
            "Caption 1 to \(CaptionOptions.largestBatch) pictures at a time.")
        if let template { try? problems.collect(at: "template") { _ = try PromptTemplate(template) } }
        return problems
    }
}
