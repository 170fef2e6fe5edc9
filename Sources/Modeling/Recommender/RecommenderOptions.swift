import Files

/// The shape of a recommender.
public struct RecommenderOptions: Sendable, Codable, Equatable {
    /// What turns items into vectors.
    public var method = Method.iisan
    /// Which of the modalities is read.
    public var modality = ModalityChoice.both
    /// Whether hidden states that never change come from the store; otherwise the encoders run in every step, to the same result.
    public var cached = true
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

    /// The papers' settings.
    public init() {}

    /// Stops settings that cannot be built, whatever the encoders are.
    ///
    /// - Throws: ``UserError`` that names the settings.
    public func check() throws { try problems().check() }

    /// All settings that cannot be built, whatever the encoders are, by the names that they have in a configuration.
    package func problems() -> Problems {
        var problems = Problems()
        problems.require((1...1 << 12).contains(width), "is \(width), expected 1 to \(1 << 12)", at: "width")
        problems.require(
            (0...0.5).contains(modalityDropout), "is \(modalityDropout), expected 0 to 0.5", at: "modality_dropout")
        if method.isTrained { problems.add(userEncoder.problems(width: width), below: "user_encoder") }
        if method.hasSideNetworks { problems.add(sideNetworks.ownProblems(), below: "side_networks") }
        if isLive { problems.add(fineTuning.problems(), below: "fine_tuning") }
        return problems
    }

    /// Whether encoders run in every step.
    public var isLive: Bool { method.trainsEncoders || (method.readsStates && !cached) }
    /// Whether a hidden-state store is read.
    public var readsStores: Bool { method.readsStates && cached }

    /// Whether only the last of the kept hidden states is read.
    public var readsLastStateOnly: Bool { method == .frozen || method == .idAndModality }

    /// The method as tables name it, as in `iisan` or `lora, text`.
    public var name: String { name(as: method) }

    /// The same for another method.
    public func name(as method: Method) -> String {
        method.readsModalities && modality != .both ? "\(method.rawValue), \(modality.rawValue)" : method.rawValue
    }
}
