/// Finds the tensors among the lists and dictionaries of a pickle, and their bytes in the archive.
struct TorchCollector {
    private(set) var entries: [TorchFile.Entry] = []
    private let archive: ZipArchive
    private let folder: String
    private let contents: PickleContents
    private let isBigEndian: Bool
    /// The values seen and the bytes of their names: a small file can name the same list a thousand times, and again in each.
    private var work = 0
    /// As much as a file of this size may make: files without lists that are named again stay below the size itself.
    private let mostWork: Int

    private static let deepest = 16

    /// Prepares.
    ///
    /// - Parameters:
    ///   - archive: the whole file.
    ///   - folder: the folder in it that all lies in, with its slash.
    ///   - contents: the pickle's.
    init(_ archive: ZipArchive, folder: String, contents: PickleContents) throws {
        self.archive = archive
        self.folder = folder
        self.contents = contents
        mostWork = 4096 + 16 * archive.file.bytes.count
        let range = archive.entries[folder + "byteorder"]
        let order = range.map { String(decoding: archive.bytes($0).prefix(20), as: UTF8.self) } ?? "little"
        guard order == "little" || order == "big" else {
            throw UserError("the byte order \"\(order)\" is not known", at: archive.file.url.path)
        }
        isBigEndian = order == "big"
    }

    /// Collects the tensors of a value.
    mutating func collect(_ value: PickleValue, name: String, depth: Int) throws {
        work += 1 + name.utf8.count
        guard depth <= Self.deepest, work <= mostWork else {
            throw error("lists and dictionaries lie too deep in each other, or are too many")
        }
        func inner(_ key: String) -> String { name.isEmpty ? key : name + "." + key }
        switch value {
        case .tensor(let index): entries.append(TorchFile.Entry(name: name, tensor: try tensor(contents.tensors[index], name)))
        case .sequence(let index):
            for (number, value) in contents.sequences[index].enumerated() {
                try collect(value, name: inner("\(number)"), depth: depth + 1)
            }
        case .dictionary(let index):
            for (key, value) in contents.dictionaries[index] {
                switch key {
                case .text(let key): try collect(value, name: inner(key), depth: depth + 1)
                case .whole(let key): try collect(value, name: inner("\(key)"), depth: depth + 1)
                default: throw error("a dictionary has keys that are neither texts nor numbers")
                }
            }
        case .global(let name): throw error("it holds \"\(name)\", which is no tensor and is not read")
        case .none, .truth, .whole, .real, .text, .storage: break
        }
    }

    private func tensor(_ tensor: PickleTensor, _ name: String) throws -> StoredTensor {
        guard let range = archive.entries[folder + "data/" + tensor.storage.key] else {
            throw error("the bytes of the tensor \"\(name)\" are missing")
        }
        let (bytes, overflow) = tensor.storage.count.multipliedReportingOverflow(by: tensor.storage.type.size)
        guard !overflow, bytes == range.count else {
            throw error(
                "the storage of the tensor \"\(name)\" has \(range.count) bytes, expected \(tensor.storage.count) elements of "
                    + tensor.storage.type.rawValue)
        }
        return try StoredTensor(
            file: archive.file, type: tensor.storage.type, isBigEndian: isBigEndian, shape: tensor.shape,
            strides: tensor.strides,
            storage: range, offset: tensor.offset, name: "\"\(name)\"")
    }

    private func error(_ problem: String) -> UserError {
        UserError(
            problem, at: archive.file.url.path,
            remedy: "Save a tensor, or a list or a dictionary of tensors, again with torch.save.")
    }
}
