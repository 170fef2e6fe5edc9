import Files
package import Foundation

/// The tensors of a checkpoint: one safetensors file, or several with an index beside them.
///
/// Files are mapped: a tensor costs no memory of its own before it is changed or converted.
package final class Weights: Sendable {
    /// Where the tensors are, for messages.
    package let place: String
    private let files: [String: SafetensorsFile]

    /// All names.
    package var names: some Collection<String> { files.keys }

    /// The free text pairs of the first file.
    package let metadata: [String: String]

    /// Opens one safetensors file.
    ///
    /// - Throws: ``UserError`` for a missing or damaged file.
    package convenience init(file: URL) throws {
        try self.init(files: [file], place: file.path)
    }

    /// Opens the weights of a Hugging Face directory: one file, or those that an index or their own numbers name.
    ///
    /// Where two files hold a tensor, it is taken from the one that the index names for it.
    ///
    /// - Throws: ``UserError`` when there are no weights in safetensors form, or a file is missing or damaged.
    package convenience init(directory: URL) throws {
        let names = ModelFiles.names(in: directory)
        switch try ModelFiles.weights(among: names, at: directory.path) {
        case .single(let name):
            let file = directory.appending(path: name)
            try self.init(files: [file], place: file.path)
        case .numbered(let parts):
            try self.init(files: parts.map { directory.appending(path: $0) }, place: directory.path)
        case .indexed(let name, _):
            let index = directory.appending(path: name)
            struct Index: Decodable { let weight_map: [String: String] }
            let map = try JSONFile.read(Index.self, from: index).weight_map
            let parts = Set(map.values).sorted()
            guard !parts.isEmpty else { throw UserError("names no shard", at: index.path) }
            for part in parts where part.contains("/") || part.hasPrefix(".") {
                throw UserError("the shard \"\(part)\" is not a plain file name", at: index.path)
            }
            try self.init(files: parts.map { directory.appending(path: $0) }, map: map, place: directory.path)
        case nil:
            throw ForeignModel.error(among: names, at: directory.path, isFolder: true)
        }
    }

    /// - Parameters:
    ///   - urls: the files, sorted by name.
    ///   - map: the name of the file that the index names for a tensor.
    private init(files urls: [URL], map: [String: String] = [:], place: String) throws {
        var files: [String: SafetensorsFile] = [:]
        var repeated: Set<String> = []
        var metadata: [String: String] = [:]
        for (index, url) in urls.enumerated() {
            let file = try SafetensorsFile(url)
            if index == 0 { metadata = file.metadata }
            for name in file.entries.keys where files.updateValue(file, forKey: name) != nil { repeated.insert(name) }
        }
        // transformers takes the last file that holds a tensor, and whoever made the index meant the one that it names.
        for name in repeated.sorted() {
            let last = files[name]?.file.url.lastPathComponent
            guard map[name] != last else { continue }
            throw UserError(
                "tensor \"\(name)\" is in two shards, and the index names \(map[name] ?? "none of them"), not \(last ?? "")",
                at: place, remedy: "Remove the tensor from the files that are not meant, or fetch the model again.")
        }
        self.files = files
        self.place = place
        self.metadata = metadata
    }

    /// Whether there is a tensor of this name.
    package func has(_ name: String) -> Bool { files[name] != nil }

    /// The shape of a tensor; nil when there is none of this name.
    package func shape(of name: String) -> [Int]? { files[name]?.entries[name]?.shape }

    /// The type of a tensor as the file has it; nil when there is none of this name or it is of a type that is not read.
    package func dtype(of name: String) -> ElementType? { files[name]?.entries[name].flatMap { Self.read($0.type) } }

    /// The type of a name in a file; nil where it is not read: integers of 8 and 16 bits mostly are quantised weights.
    private static func read(_ name: String) -> ElementType? {
        let type = ElementType(safetensorsName: name)
        return type == .int8 || type == .int16 ? nil : type
    }

    /// Where a tensor's bytes are; nil when there is none of this name.
    func place(of name: String) -> (file: URL, range: Range<Int>)? {
        guard let file = files[name], let entry = file.entries[name] else { return nil }
        return (file.file.url, entry.range)
    }

    /// A SHA-256 over all files, by name.
    ///
    /// - Throws: ``UserError`` when a file cannot be read.
    package func contentHash() throws -> String {
        let urls = Set(files.values.map(\.file.url)).sorted { $0.lastPathComponent < $1.lastPathComponent }
        var hash = ContentHash()
        for url in urls {
            hash.update(url.lastPathComponent)
            hash.update(try ContentHash.of(file: url))
        }
        return hash.digits
    }

    /// A tensor on the processor, over the mapped file.
    ///
    /// - Parameter shape: what it has to be; nil takes any.
    /// - Throws: ``UserError`` when it is missing, has another shape or a type that the engine does not hold.
    package func tensor(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        guard let file = files[name], let entry = file.entries[name] else {
            throw UserError(
                "tensor \"\(name)\" is missing", at: place,
                remedy: quantised ?? Suggestion.nearest(to: name, in: files.keys).map { "The nearest name there is \"\($0)\"." }
                    ?? "The file belongs to another kind of model, or is incomplete.")
        }
        if let shape, shape != entry.shape {
            throw UserError(
                "tensor \"\(name)\" has shape \(entry.shape), expected \(shape)", at: file.file.url.path,
                remedy: "The file does not fit the configuration it is used with.")
        }
        guard let dtype = Self.read(entry.type) else {
            throw UserError(
                "tensor \"\(name)\" has type \(entry.type), which is not supported", at: file.file.url.path,
                remedy: "Fetch the model in float32, float16 or bfloat16; other types mostly hold quantised weights.")
        }
        let bytes = file.bytes(of: entry)
        guard Int(bitPattern: bytes.baseAddress) % dtype.size == 0 else {
            // Old writers did not align the header, and LibTorch needs elements at multiples of their size.
            let copy = Tensor.empty(entry.shape, dtype: dtype)
            copy.overwrite(with: bytes)
            return copy
        }
        return .reading(bytes.baseAddress, shape: entry.shape, dtype: dtype, owner: file.file)
    }

    /// A tensor of a model's weights: one whose type is of fractions.
    ///
    /// - Throws: ``UserError`` as for any tensor, and for whole numbers, which stand for weights only with scales that lie elsewhere.
    package func parameter(_ name: String, shape: [Int]) throws -> Tensor {
        let tensor = try tensor(name, shape: shape)
        guard tensor.dtype.isFloating else {
            throw UserError(
                "tensor \"\(name)\" holds whole numbers of type \(tensor.dtype.safetensorsName), not weights", at: place,
                remedy: quantised ?? "Fetch the model in float32, float16 or bfloat16.")
        }
        return tensor
    }

    /// Whether a tensor can be a part of a model: of this shape, and of a type of fractions.
    package func hasParameter(_ name: String, shape: [Int]) -> Bool {
        self.shape(of: name) == shape && dtype(of: name)?.isFloating == true
    }

    /// What to do about weights whose tensors' names tell that they are quantised; nil for others.
    private var quantised: String? {
        let endings = [".qweight", ".weight_packed", ".weight_scale", ".absmax", ".scales", ".SCB"]
        return files.keys.sorted().first { name in endings.contains { name.hasSuffix($0) } }.map {
            "The weights are quantised (\"\($0)\"): fetch the model that they were made of, in float32, float16 or bfloat16."
        }
    }

    /// Writes tensors to one safetensors file, atomically.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails.
    package static func write(
        _ tensors: some Sequence<(key: String, value: Tensor)>, to url: URL, metadata: [String: String] = [:]
    ) throws {
        let tensors = Array(tensors)
        let declarations = tensors.map {
            SafetensorsWriter.Declaration($0.key, type: $0.value.dtype.safetensorsName, shape: $0.value.shape)
        }
        let writer = try SafetensorsWriter(url, declarations, metadata: metadata)
        for (_, tensor) in tensors { try tensor.withBytes { try writer.append($0) } }
        try writer.commit()
    }
}
