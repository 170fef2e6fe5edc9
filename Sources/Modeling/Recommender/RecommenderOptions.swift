public import Files

/// The shape of a recommender.
public struct RecommenderOptions: Sendable, Codable, Equatable {
    /// What turns items into vectors.
    public var method = Method.iisan
    /// Which of the modalities is read.
    public var modality = ModalityChoice.both
    /// Whether hidden states that never change come from the store; otherwise the encoders run in every step, to the same result.
    public var cached = true
    /// How hidden states from a store are read.
    public var states = StateScaling.raw
    /// The probability with which a modality of an item counts as missing while training; an item keeps at least one.
    public var modalityDropout = 0.0
    /// Numbers in item and user vectors; 64 in the papers.
    public var width = 64
    /// The side networks of the item tower.
    public var sideNetworks = SideNetworkOptions()
    /// How live encoders are fine-tuned.
    public var fineTuning = FineTuningOptions()
    /// The user encoder.
    public var userEncoder = UserEncoderOptions()
    /// Which candidates a row's target is compared with in training.
    public var loss = LossChoice.inBatch

    /// The papers' settings.
    public init() {}

    /// Checks that a model of these settings can be built, whatever the encoders are.
    ///
    /// - Throws: ``UserError`` that names the settings.
    package func check() throws { try problems().check() }

    /// All settings that cannot be built, whatever the encoders are, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        problems.require((1...1 << 12).contains(width), "is \(width), expected 1 to \(1 << 12)", at: "width")
        problems.require(
            (0...0.5).contains(modalityDropout), "is \(modalityDropout), expected 0 to 0.5", at: "modality_dropout")
        if method.isTrained { problems.add(userEncoder.problems(width: width), below: "user_encoder") }
        if method.hasSideNetworks { problems.add(sideNetworks.ownProblems(), below: "side_networks") }
        if isLive { problems.add(fineTuning.problems(), below: "fine_tuning") }
        problems.require(
            states == .raw || !isLive,
            "is standardised, and encoders that run in every step have no catalogue of states to take mean and deviation of",
            at: "states",
            remedy: method.trainsEncoders
                ? "Choose states: raw, or a method that reads stored states (iisan, iisan-versa, frozen, id+modality)."
                : "Choose states: raw, or cached: true.")
        return problems
    }

    /// Whether encoders run in every step.
    package var isLive: Bool { method.trainsEncoders || (method.readsStates && !cached) }
    /// Whether the item tower reads a hidden-state store.
    package var readsStores: Bool { method.readsStates && cached }

    /// Whether only the last of the kept hidden states is read.
    package var readsLastStateOnly: Bool { method == .frozen || method == .idAndModality }

    /// The method as tables name it, as in `iisan` or `lora, text`.
    package var name: String { name(as: method) }

    /// The same for another method.
    package func name(as method: Method) -> String {
        method.readsModalities && modality.names != nil ? "\(method.rawValue), \(modality.rawValue)" : method.rawValue
    }
}

/// What turns items into vectors: the methods that are compared, by the names that settings use.
public enum Method: String, Sendable, Codable, CaseIterable {
    /// Side networks over the frozen encoders' hidden states; IISAN-Versa where the encoders differ.
    case iisan
    /// The same in the Versa form, also where the encoders agree.
    case iisanVersa = "iisan-versa"
    /// Live encoders of which every number is trained.
    case full
    /// Live frozen encoders with two bottlenecks per block (Houlsby et al. 2019).
    case adapter
    /// Live frozen encoders with low-rank additions to queries and values (Hu et al. 2022).
    case lora
    /// Live encoders of which the biases are trained (Zaken et al. 2022).
    case bitfit
    /// A linear map of the last hidden state of the frozen encoders.
    case frozen
    /// One trained vector per item: SASRec on item ids.
    case id
    /// A trained vector per item beside a linear map of the frozen encoders' last hidden state.
    case idAndModality = "id+modality"
    /// How often an item was trained on; nothing is learned.
    case popularity
    /// What is often near the items of a history; nothing is learned.
    case neighbours
    /// What is like the items of a history by the frozen encoders' hidden states; nothing is learned.
    case content
    /// Neighbours, content and popularity added up; nothing is learned but their weights.
    case closedForm = "closed-form"

    /// Whether there are parameters to train.
    package var isTrained: Bool {
        switch self {
        case .popularity, .neighbours, .content, .closedForm: false
        case .iisan, .iisanVersa, .full, .adapter, .lora, .bitfit, .frozen, .id, .idAndModality: true
        }
    }
    /// Whether items have vectors of their own, so that others than those it was trained on have none.
    package var hasItemVectors: Bool { self == .id || self == .idAndModality }
    /// Whether the item tower reads encoders' hidden states that never change; these may come from a store.
    package var readsStates: Bool {
        switch self {
        case .iisan, .iisanVersa, .frozen, .idAndModality: true
        case .full, .adapter, .lora, .bitfit, .id, .popularity, .neighbours, .content, .closedForm: false
        }
    }
    /// Whether encoders change while training, so that they run in every step.
    package var trainsEncoders: Bool {
        switch self {
        case .full, .adapter, .lora, .bitfit: true
        case .iisan, .iisanVersa, .frozen, .id, .idAndModality, .popularity, .neighbours, .content, .closedForm: false
        }
    }
    /// Whether side networks read several layers.
    package var hasSideNetworks: Bool { self == .iisan || self == .iisanVersa }
    /// Whether items are known by their titles or pictures.
    package var readsModalities: Bool { readsStates || trainsEncoders || self == .content || self == .closedForm }
}

/// Which modalities a method reads.
public enum ModalityChoice: RawRepresentable, Sendable, Codable, Equatable {
    /// All that encoders are configured for; the papers' word for titles and pictures.
    case both
    /// The same in a word for any number.
    case all
    /// Titles alone.
    case text
    /// Pictures alone.
    case image
    /// Some by name, or one that is neither text nor image.
    case named([Modality])

    /// The choice as a setting has it: `both`, `all`, a name, or several as `text+caption`; nil for what is no choice.
    public init?(rawValue: String) {
        let names = rawValue.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
        let modalities = names.compactMap(Modality.init(rawValue:))
        guard modalities.count == names.count, Set(modalities).count == modalities.count else { return nil }
        switch rawValue {
        case "both": self = .both
        case "all": self = .all
        case "text": self = .text
        case "image": self = .image
        default: self = .named(modalities)
        }
    }

    /// The choice as a setting has it.
    public var rawValue: String {
        switch self {
        case .both: "both"
        case .all: "all"
        case .text, .image, .named: (names ?? []).map(\.name).joined(separator: "+")
        }
    }

    /// The modalities that it names; nil for all that there are.
    package var names: [Modality]? {
        switch self {
        case .both, .all: nil
        case .text: [.text]
        case .image: [.image]
        case .named(let modalities): modalities
        }
    }

    /// Whether a modality is among them.
    package func includes(_ modality: Modality) -> Bool { names?.contains(modality) ?? true }
}
