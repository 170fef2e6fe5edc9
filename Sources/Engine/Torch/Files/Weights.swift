import Files
import Foundation

/// The tensors of a checkpoint: one safetensors file, or several with an index beside them.
///
/// Files are mapped: a tensor costs no memory of its own before it is changed or converted.
public final class Weights: Sendable {
    /// Where the tensors are, for messages.
    public let place: String
    private let files: [String: SafetensorsFile]

    /// All names.
    public var names: some Collection<String> { files.keys }

    /// The free text pairs of the first file.
    public let metadata: [String: String]

    /// Opens one safetensors file.
    ///
    /// - Throws: ``UserError`` for a missing or damaged file.
    public convenience init(file: URL) throws {
        try self.init(files: [file], place: file.path)
    }

    /// Opens a Hugging Face directory: `model.safetensors`, or the shards that `model.safetensors.index.json` names.
    ///
    /// - Throws: ``UserError`` when there are no weights in safetensors form, or a shard is missing or damaged.
    public convenience init(directory: URL) throws {
        let single = directory.appending(path: "model.safetensors")
        let index = directory.appending(path: "model.safetensors.index.json")
        if FileManager.default.fileExists(atPath: single.path) {
            try self.init(files: [single], place: single.path)
        } else if FileManager.default.fileExists(atPath: index.path) {
            struct Index: Decodable { let weight_map: [String: String] }
            let names = Set(try JSONFile.read(Index.self, from: index).weight_map.values).sorted()
            guard !names.isEmpty else { throw UserError("names no shard", at: index.path) }
            for name in names where name.contains("/") || name.hasPrefix(".") {
                throw UserError("the shard \"\(name)\" is not a plain file name", at: index.path)
            }
            try self.init(files: names.map { directory.appending(path: $0) }, place: directory.path)
        } else {
            let pickled = FileManager.default.fileExists(atPath: directory.appending(path: "pytorch_model.bin").path)
            throw UserError(
                "no model.safetensors here", at: directory.path,
                remedy: pickled
                    ? "pytorch_model.bin is a pickle, which can run code; convert it once: python3 -c \"from transformers import "
                        + "AutoModel; AutoModel.from_pretrained('\(directory.path)').save_pretrained('\(directory.path)')\""
                    : "Give a Hugging Face model directory with weights in safetensors form.")
        }
    }

    private init(files urls: [URL], place: String) throws {
        var files: [String: SafetensorsFile] = [:]
        var metadata: [String: String] = [:]
        for (index, url) in urls.enumerated() {
            let file = try SafetensorsFile(url)
            if index == 0 { metadata = file.metadata }
            for name in file.entries.keys {
                guard files.updateValue(file, forKey: name) == nil else {
                    throw UserError("tensor \"\(name)\" is in two shards", at: url.path)
                }
            }
        }
        self.files = files
        self.place = place
        self.metadata = metadata
    }

    /// Whether there is a tensor of this name.
    public func has(_ name: String) -> Bool { files[name] != nil }

    /// The shape of a tensor; nil when there is none of this name.
    public func shape(of name: String) -> [Int]? { files[name]?.entries[name]?.shape }

    /// The type of a tensor as the file has it; nil when there is none of this name or the engine does not hold its type.
    public func dtype(of name: String) -> DType? { files[name]?.entries[name].flatMap { DType(safetensorsName: $0.type) } }

    /// Where a tensor's bytes are; nil when there is none of this name.
    func place(of name: String) -> (file: URL, range: Range<Int>)? {
        guard let file = files[name], let entry = file.entries[name] else { return nil }
        return (file.file.url, entry.range)
    }

    /// A SHA-256 over all files, by name.
    ///
    /// - Throws: ``UserError`` when a file cannot be read.
    public func contentHash() throws -> String {
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
    public func tensor(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        guard let file = files[name], let entry = file.entries[name] else {
            throw UserError(
                "tensor \"\(name)\" is missing", at: place,
                remedy: Suggestion.nearest(to: name, in: files.keys).map { "The nearest name there is \"\($0)\"." }
                    ?? "The file belongs to another kind of model, or is incomplete.")
        }
        if let shape, shape != entry.shape {
            throw UserError(
                "tensor \"\(name)\" has shape \(entry.shape), expected \(shape)", at: file.file.url.path,
                remedy: "The file does not fit the configuration it is used with.")
        }
        guard let dtype = DType(safetensorsName: entry.type) else {
            throw UserError("tensor \"\(name)\" has type \(entry.type), which is not supported", at: file.file.url.path)
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

    /// Writes tensors to one safetensors file, atomically.
    ///
    /// - Throws: ``UserError`` when the disk is full or fails.
    public static func write(
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
