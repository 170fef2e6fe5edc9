import Datasets
import Encoders
import Files
public import Foundation
import Modeling
import Training
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

    /// Checks that the settings make sense, whatever the files are that they name.
    ///
    /// A model that cannot be built is no reason to refuse what does not build one; it is named here beside other settings only.
    ///
    /// - Throws: ``UserError`` that names every such setting.
    package func check() throws {
        if !problemsOfAnyWork().all.isEmpty { try problems().check() }
    }

    /// All settings that make no sense, whatever the files are that they name.
    func problems() -> Problems {
        var problems = problemsOfAnyWork()
        problems.add(train.model.problems(), below: "train")
        let (count, dropout) = (readModalities.count, train.model.modalityDropout)
        problems.require(
            count < 3 || dropout <= 1 / Double(count) || dropout > 0.5,
            "is \(dropout), expected 0 to 1/\(count), as an item loses at most one of \(count) modalities",
            at: "train.modality_dropout")
        return problems
    }

    private func problemsOfAnyWork() -> Problems {
        var problems = Problems()
        problems.add(data.split.problems(), below: "data.split")
        problems.add(train.training.problems(), below: "train")
        problems.add(train.score.problems(for: train.model.method), below: "train.score")
        problems.add(all: modalityProblems())
        problems.require((0...1024).contains(threads), "is \(threads), expected 0 to 1024", at: "threads")
        let cutoffs = evaluate.cutoffs
        problems.require(
            !cutoffs.isEmpty && cutoffs.count <= 100 && cutoffs.allSatisfy { (1...1_000_000_000).contains($0) },
            "is \(cutoffs.prefix(100)), expected 1 to 100 list lengths of at least 1", at: "evaluate.cutoffs",
            remedy: "Write them as [5, 10, 20].")
        problems.require(
            train.selectedBy.isOfRanks, "is \(train.selectedBy.name), which needs the lists of all users after every epoch",
            at: "train.select_by", remedy: "Name a metric of the target's rank, as HR@10, NDCG@10 or MRR.")
        if let metrics = evaluate.metrics {
            problems.require(
                !metrics.isEmpty && metrics.count <= 100 && Set(metrics).count == metrics.count,
                "is [\(metrics.prefix(100).map(\.name).joined(separator: ", "))], expected 1 to 100 different metrics",
                at: "evaluate.metrics", remedy: "Write them as [HR@10, NDCG@10, MRR].")
            for metric in metrics where !metric.isOfRanks {
                problems.require(
                    metric.cutoff.map { $0 <= 1000 } ?? false, "\(metric.name) is of lists of more than 1000 items",
                    at: "evaluate.metrics", remedy: "Lists of all users are kept in memory: name a shorter one.")
            }
        }
        problems.require(
            (0...10_000).contains(evaluate.examples), "is \(evaluate.examples), expected 0 to 10000", at: "evaluate.examples")
        return problems
    }

    /// Makes relative paths absolute.
    private mutating func resolvePaths(from folder: URL) {
        func resolve(_ path: inout String) { path = Self.resolved(path, from: folder) }
        resolve(&data.dataset)
        resolve(&train.run)
        if evaluate.ceiling != nil { resolve(&evaluate.ceiling!) }
        if data.source != nil {
            resolve(&data.source!.interactions)
            if data.source!.items != nil { resolve(&data.source!.items!) }
            if data.source!.pictures != nil { resolve(&data.source!.pictures!) }
        }
        encode.modalities = encode.modalities.mapValues { settings in
            var settings = settings
            settings.encoder = Self.resolvedEncoder(settings.encoder, from: folder)
            resolve(&settings.store)
            return settings
        }
    }

    /// No configuration and no study is longer.
    private static let mostBytes = 16 << 20

    /// The text of a file.
    static func text(of url: URL) throws -> String {
        let file = try MappedFile(url)
        guard file.bytes.count <= mostBytes else {
            throw UserError(
                "has \(file.bytes.count) bytes, and a configuration at most \(mostBytes)", at: url.path,
                remedy: "Name the YAML file of a configuration or study.")
        }
        guard let text = String(validating: UnsafeRawBufferPointer(file.bytes), as: UTF8.self) else {
            throw UserError("is not UTF-8", at: url.path)
        }
        return text
    }

    /// The tree of a YAML text.
    static func parse(_ text: String, source: String) throws -> Node {
        do {
            return try compose(yaml: text) ?? Node.mapping(Node.Mapping([]))
        } catch let error as YamlError {
            throw UserError("not YAML: \(Self.short(error))", at: source)
        }
    }

    /// What is not YAML, without the lines that are not.
    private static func short(_ error: YamlError) -> String {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            "\(problem) in line \(mark.line), column \(mark.column)"
        case .reader(let problem, _, _, _): problem
        case .duplicatedKeysInMapping(let duplicates, _):
            "\(duplicates.sorted().prefix(5).map(\.quoted).joined(separator: ", ")) is set twice in one section"
        default: String(describing: error).bounded
        }
    }

    /// Puts settings into the tree of a file: a recipe first, whatever its place among them.
    ///
    /// - Returns: the keys of each.
    private static func apply(_ overrides: [String], to root: inout Node) throws -> [ArraySlice<String>] {
        let isRecipe = { (override: String) in override.hasPrefix("\(Recipe.key)=") }
        for override in overrides.filter(isRecipe) {
            let value = try parse(String(override.dropFirst(Recipe.key.count + 1)), source: "--set \(override.bounded)")
            let recipe = try SettingsPlace(source: SettingsPlace.option, path: [Recipe.key]).naming { try Recipe.read(value) }
            root = merged(try recipe.tree(), over: root)
        }
        return try overrides.filter { !isRecipe($0) }.map { try apply($0, to: &root)[...] }
    }

    /// Puts `a.b.c=value` into the tree of a file.
    ///
    /// - Returns: the keys.
    private static func apply(_ override: String, to root: inout Node) throws -> [String] {
        guard let equals = override.firstIndex(of: "=") else {
            throw UserError(
                "no value in \(override.quoted)", at: "--set", remedy: "Write it as key=value, for instance train.epochs=3.")
        }
        let keys = override[..<equals].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard !keys.contains("") else { throw UserError("no key in \(override.quoted)", at: "--set") }
        let text = String(override[override.index(after: equals)...])
        let value = try parse(text.isEmpty ? "null" : text, source: "--set \(override.bounded)")
        func put(_ keys: ArraySlice<String>, _ node: inout Node) {
            guard let key = keys.first else {
                node = value
                return
            }
            var mapping = node.mapping ?? Node.Mapping([])
            var child = mapping[Node(key)] ?? Node.mapping(Node.Mapping([]))
            put(keys.dropFirst(), &child)
            mapping[Node(key)] = child
            node = .mapping(mapping)
        }
        put(keys[...], &root)
        return keys
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
            .value(
                "device", \.device,
                "Where computing happens: auto, cpu, cuda, cuda:N or mps; cpu:1, to try the accelerators' form on the processor."
            ),
            .value("threads", \.threads, "Threads of one operation; 0 leaves it to LibTorch."),
        ]
    }
}
