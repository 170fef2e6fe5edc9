import Files

extension Configuration {
    /// The encoders that `encode` runs: those of the modalities that are chosen.
    var encodedModalities: PerModality<ModalitySettings> {
        encode.modalities.compactMapValues { train.model.modality.includes($0) ? $1 : nil }
    }

    /// Whether an encoder that `encode` runs reads captions.
    var readsCaptions: Bool {
        encodedModalities.contains { $0.value.encoderModality(of: $0.modality) == .text && $0.value.source != .titles }
    }

    /// The encoders that the configured model, or the content of the score, reads.
    var readModalities: PerModality<ModalitySettings> {
        train.readsModalities ? encodedModalities : [:]
    }

    /// The setting of a modality's encoder.
    static func place(of modality: Modality) -> String {
        modality.isFurther ? "encode.more.\(modality.name)" : "encode.\(modality.name)"
    }

    /// The setting of a modality's kept layers.
    static func layersPlace(of modality: Modality) -> String {
        modality.isFurther ? "train.layers.\(modality.name)" : "train.\(modality.name)_layers"
    }

    /// What is wrong in the modalities' settings, whatever the files are that they name.
    func modalityProblems() -> Problems {
        var problems = Problems()
        let stored = encode.modalities.compactMap { modality, settings in
            settings.layers.map { (Self.place(of: modality) + ".layers", $0) }
        }
        for (name, layers) in stored + train.layers.map({ (Self.layersPlace(of: $0), $1) }) {
            problems.require(
                !layers.isEmpty && layers.allSatisfy { (0...10_000).contains($0) }
                    && zip(layers, layers.dropFirst()).allSatisfy(<),
                "is \(layers.prefix(50)), expected at least one layer, different numbers from 0 in ascending order", at: name,
                remedy: "Write them as [0, 2, 4]; 0 is the embedding output.")
        }
        for (modality, settings) in encode.modalities {
            problems.require(
                (1...1 << 20).contains(settings.maximumTokens), "is \(settings.maximumTokens), expected 1 to \(1 << 20)",
                at: Self.place(of: modality) + ".maximum_tokens")
            guard settings.source != .titles else { continue }
            let place = Self.place(of: modality) + ".source"
            problems.require(
                settings.encoderModality(of: modality) == .text,
                "is \(settings.source.rawValue), and the modality reads no texts",
                at: place, remedy: "Leave it out.")
            problems.require(
                encode.captions != nil, "is \(settings.source.rawValue), and there is no section encode.captions", at: place,
                remedy: "Name the file of captions, as encode.captions: {model: models/smolvlm, file: captions/captions.jsonl}."
            )
        }
        let unknown = train.model.modality.names?.filter { $0.isFurther && encode.modalities[$0] == nil } ?? []
        problems.require(
            unknown.isEmpty, "names \(unknown.map(\.name).joined(separator: ", ")), and encode.more has no such modality",
            at: "train.modality",
            remedy: Suggestion.sentence(
                for: unknown.first?.name ?? "", in: ["both", "all"] + encode.modalities.map(\.modality.name)))
        for (modality, _) in train.layers where modality.isFurther {
            problems.require(
                encode.modalities[modality] != nil, "encode.more has no such modality", at: Self.layersPlace(of: modality),
                remedy: Suggestion.sentence(for: modality.name, in: encode.more.map(\.modality.name)))
        }
        for (modality, settings) in encode.modalities where modality.isFurther && settings.input == .states {
            problems.require(
                settings.encoder.isEmpty, "is \(settings.encoder), and the input is states, which no encoder makes",
                at: Self.place(of: modality) + ".encoder", remedy: "Leave the encoder out, or read title or picture.")
        }
        for (place, (modality, settings)) in encode.modalities.enumerated() where !settings.store.isEmpty {
            let other = encode.modalities.prefix(place).first { $0.value.store == settings.store }
            problems.require(
                other == nil, "is \(settings.store), the store of \(other.map { Self.place(of: $0.modality) } ?? "") too",
                at: Self.place(of: modality) + ".store", remedy: "Give each encoder a folder of its own.")
        }
        return problems
    }
}
