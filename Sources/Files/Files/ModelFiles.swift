package import Foundation

/// The files of a model's folder that encoding reads: the one list that the hub's client, the loaders and the list of models go by.
package enum ModelFiles {
    /// What describes the model.
    package static let configuration = "config.json"
    /// What a tokenizer may be read from, in the order in which they are looked for.
    package static let vocabularies = [
        "tokenizer.json", "vocab.txt", "vocab.json", "tokenizer.model", "sentencepiece.bpe.model", "spiece.model", "spm.model",
    ]
    /// What else says how texts become tokens.
    package static let tokenizerSettings = [
        "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json", "merges.txt",
    ]
    /// What may say how pictures become pixels.
    package static let pictureSettings = ["preprocessor_config.json", "processor_config.json"]

    /// What changes a model's weights when they are loaded.
    package static let adapter = "adapter_config.json"

    /// All that is read beside the weights.
    package static var descriptions: [String] {
        [configuration, adapter] + vocabularies + tokenizerSettings + pictureSettings
    }

    /// The files that hold a model's weights.
    package enum Weights: Equatable, Sendable {
        /// All in one file.
        case single(String)
        /// Files that an index tells the tensors of; it may name others than those that are listed here.
        case indexed(String, parts: [String])
        /// Numbered files without an index.
        case numbered([String])

        /// The files' names.
        package var names: [String] {
            switch self {
            case .single(let name): [name]
            case .indexed(let index, let parts): [index] + parts
            case .numbered(let parts): parts
            }
        }
    }

    /// The names of a folder's files, those of its folders too: `config.json`, `0_Transformer/config.json`.
    package static func names(in directory: URL) -> [String] {
        func contents(_ folder: URL) -> [String] {
            ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
        }
        return contents(directory).flatMap { name in
            [name] + contents(directory.appending(path: name)).map { "\(name)/\($0)" }
        }
    }

    /// The weights among the files of a folder: `model.safetensors`, else the index, else numbered parts; where there are none of
    /// these, those of the one variant there is, as `model.fp16.safetensors`.
    ///
    /// - Parameters:
    ///   - names: the names of the folder's files.
    ///   - place: the folder, for messages.
    /// - Returns: nil where there are no weights in safetensors form.
    /// - Throws: ``UserError`` for a numbered part that is not there, and for several variants without a plain form.
    package static func weights(among names: [String], at place: String) throws -> Weights? {
        let files = Dictionary(grouping: names.sorted().compactMap(WeightsFile.init), by: \.variant)
        if let plain = try files[""].flatMap({ try weights(in: $0, at: place) }) { return plain }
        let variants = files.keys.filter { !$0.isEmpty }.sorted()
        guard variants.count < 2 else {
            throw UserError(
                "the weights are there in the variants \(variants.joined(separator: ", ")), but not in the plain form",
                at: place,
                remedy: "Rename the files of the one that is meant, as model.\(variants[0]).safetensors to model.safetensors.")
        }
        return try variants.first.flatMap { files[$0] }.flatMap { try weights(in: $0, at: place) }
    }

    /// The weights among the files of one variant.
    private static func weights(in files: [WeightsFile], at place: String) throws -> Weights? {
        if let whole = files.first(where: { $0.kind == .whole }) { return .single(whole.name) }
        let parts = files.filter { $0.kind != .index }
        if let index = files.first(where: { $0.kind == .index }) { return .indexed(index.name, parts: parts.map(\.name)) }
        let numbers = Set(parts.compactMap(\.number))
        guard let count = parts.compactMap(\.count).max() else { return nil }
        if let missing = (1...max(1, count)).first(where: { !numbers.contains($0) }) {
            throw UserError(
                "part \(missing) of \(count) of the weights is missing", at: place,
                remedy: "Fetch the model again; \(parts[0].name) is one of the parts.")
        }
        return .numbered(parts.filter { $0.count == count }.map(\.name))
    }
}

/// A file of weights, as its name tells: `model.<variant>-00001-of-00003.safetensors`, in which all but the first word and the ending may
/// be missing, or the index of such files.
private struct WeightsFile {
    enum Kind { case whole, part, index }

    let name: String
    /// The word after the first dot; empty in the plain form.
    let variant: String
    let kind: Kind
    /// The number of a part, from 1 on, and how many there are; nil for files that are not numbered.
    var number: Int?
    var count: Int?

    init?(_ name: String) {
        self.name = name
        if let index = name.wholeMatch(of: /model\.safetensors\.index(?:\.(\w+))?\.json/) {
            (variant, kind) = (String(index.1 ?? ""), .index)
            return
        }
        guard let file = name.wholeMatch(of: /model(?:\.(\w+))?(-[^\/]+)?\.safetensors/) else { return nil }
        (variant, kind) = (String(file.1 ?? ""), file.2 == nil ? .whole : .part)
        if let numbers = file.2?.wholeMatch(of: /-(\d{5})-of-(\d{5})/) { (number, count) = (Int(numbers.1), Int(numbers.2)) }
    }
}
