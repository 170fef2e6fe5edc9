import Files
public import Foundation
import Yams

/// All settings of a run, from raw files to a report: one YAML file, one section per stage.
public struct Configuration: Sendable, Equatable {
    /// Raw files and splits.
    public var data = DataSettings()
    /// Frozen encoders and their stores.
    public var encode = EncodeSettings()
    /// Model and training.
    public var train = TrainSettings()
    /// Ranking.
    public var evaluate = EvaluateSettings()
    /// The server.
    package var serve = ServeSettings()
    /// What settings had by default before single ones were changed.
    public var recipe = Recipe.paper
    /// Where computing happens: `auto`, `cpu`, `cuda`, `cuda:N` or `mps`.
    public var device = "auto"
    /// Threads of one operation; 0 leaves it to LibTorch.
    public var threads = 0

    /// The defaults.
    public init() {}

    /// Reads a file.
    ///
    /// Relative paths, in overrides too, count from the folder the file is in. The file may name another one that it builds on,
    /// `base: other.yaml`, whose paths count from its own folder.
    ///
    /// - Parameters:
    ///   - url: the YAML file.
    ///   - overrides: settings that come before the file's, as `train.epochs=3`.
    /// - Throws: ``UserError`` that names file, line and setting.
    public init(_ url: URL, overrides: [String] = []) throws {
        try self.init(
            yaml: Self.text(of: url), source: url.path, overrides: overrides, folder: url.deletingLastPathComponent())
    }

    /// Reads YAML text.
    ///
    /// - Parameters:
    ///   - source: what messages call the text.
    ///   - folder: what relative paths count from.
    public init(yaml text: String, source: String, overrides: [String] = [], folder: URL) throws {
        var root = try Self.tree(text, source: source, folder: folder)
        var place = SettingsPlace(source: source)
        place.overridden = try Self.apply(overrides, to: &root)
        self = try Self.read(root, place)
        resolvePaths(from: folder)
        try check()
    }

    /// A configuration with every section, to start from: paths are relative and have to be filled in.
    ///
    /// - Parameter overrides: as in ``init(_:overrides:)``.
    package static func example(overrides: [String] = []) throws -> Configuration {
        var example = Configuration()
        example.data.source = ImportSettings()
        example.data.source?.interactions = "users.tsv"
        example.data.source?.items = "items.tsv"
        example.data.source?.pictures = "pictures"
        example.encode.text = ModalitySettings()
        example.encode.text?.encoder = "encoders/text"
        example.encode.text?.store = "states/text"
        example.encode.image = ModalitySettings()
        example.encode.image?.encoder = "encoders/image"
        example.encode.image?.store = "states/image"
        return try example.overridden(overrides)
    }

    /// The settings with some changed, as `train.epochs=3`; paths stay as they are.
    func overridden(_ overrides: [String]) throws -> Configuration {
        var root = try Self.parse(yaml, source: "the example")
        _ = try Self.apply(overrides, to: &root)
        let changed = try Self.read(root, SettingsPlace(source: SettingsPlace.option))
        try changed.check()
        return changed
    }

    /// The settings as commented YAML that reads back to the same.
    public var yaml: String { yaml(indent: 0) }

    /// Makes relative paths absolute.
    private mutating func resolvePaths(from folder: URL) {
        func resolve(_ path: inout String) { path = Self.resolved(path, from: folder) }
        resolve(&data.dataset)
        resolve(&train.run)
        if evaluate.ceiling != nil { resolve(&evaluate.ceiling!) }
        if serve.tokens != nil { resolve(&serve.tokens!) }
        if serve.folder != nil { resolve(&serve.folder!) }
        if data.source != nil {
            resolve(&data.source!.interactions)
            if data.source!.items != nil { resolve(&data.source!.items!) }
            if data.source!.pictures != nil { resolve(&data.source!.pictures!) }
        }
        if encode.cache != nil { resolve(&encode.cache!.folder) }
        if encode.captions != nil {
            encode.captions!.model = Self.resolvedEncoder(encode.captions!.model, from: folder)
            resolve(&encode.captions!.file)
            if encode.captions!.frames != nil { resolve(&encode.captions!.frames!) }
        }
        encode.modalities = encode.modalities.mapValues { settings in
            var settings = settings
            settings.encoder = Self.resolvedEncoder(settings.encoder, from: folder)
            resolve(&settings.store)
            if settings.frames != nil { resolve(&settings.frames!) }
            return settings
        }
    }
}

extension Configuration: SettingsSection {
    static var settings: [Setting<Configuration>] {
        [
            .value(
                "recipe", \.recipe,
                "paper, tuned, modern or modern-content: what the settings of train are where nothing below says otherwise."),
            .section("data", \.data, "Raw files, the dataset made of them, and its split."),
            .section("encode", \.encode, "Frozen encoders; each item goes through them once."),
            .section("train", \.train, "What is trained on the hidden states, and how."),
            .section("evaluate", \.evaluate, "How a trained model is ranked."),
            .section("serve", \.serve, "How a trained model is served over HTTP."),
            .value(
                "device", \.device,
                "Where computing happens: auto, cpu, cuda, cuda:N or mps; cpu:1, to try the accelerators' form on the processor."
            ),
            .value("threads", \.threads, "Threads of one operation; 0 leaves it to LibTorch."),
        ]
    }
}
