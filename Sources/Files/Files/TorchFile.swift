package import Foundation

/// The tensors of a file that `torch.save` wrote, mapped and not copied.
///
/// Such a file is a zip archive with a pickle, `data.pkl`, and the bytes of each storage beside it. The pickle is read as data: nothing
/// of it is ever executed, and what is not a tensor, a list, a tuple or a dictionary of tensors, or a plain number or text beside them,
/// is refused.
package struct TorchFile: Sendable {
    /// One tensor of the file.
    package struct Entry: Sendable {
        /// The keys and indices that lead to it, joined by points: empty for a tensor alone, "0" for the first one of a list.
        package let name: String
        /// The tensor.
        package let tensor: StoredTensor
    }

    /// The tensors, in the order of the file.
    package let entries: [Entry]
    /// Whether the file holds one tensor alone, and no list or dictionary.
    package let isOneTensor: Bool

    /// Opens a file and reads what it holds.
    ///
    /// - Throws: ``UserError`` for a file that is missing, damaged, of the form before torch 1.6, or that holds something else than
    ///   tensors; what it is is named.
    package init(_ url: URL) throws {
        let isOld = try MappedFile(url).withBytes { $0.first == 0x80 }
        guard !isOld else {
            throw UserError(
                "the file has the form of torch before 1.6, which is not read", at: url.path,
                remedy: "Load and save it with a newer torch: torch.save(torch.load(file), file).")
        }
        let archive = try ZipArchive(url)
        let pickles = archive.entries.filter { $0.key == "data.pkl" || $0.key.hasSuffix("/data.pkl") }
        guard pickles.count == 1, let (pickle, range) = pickles.first else {
            throw UserError("the archive has no data.pkl", at: url.path, remedy: "Write the file with torch.save.")
        }
        let contents = try archive.file.withBytes {
            try PickleReader.read(UnsafeRawBufferPointer(rebasing: $0[range]), place: "\(url.path): data.pkl")
        }
        var collector = try TorchCollector(archive, folder: String(pickle.dropLast("data.pkl".count)), contents: contents)
        try collector.collect(contents.root, name: "", depth: 0)
        entries = collector.entries
        if case .tensor = contents.root { isOneTensor = true } else { isOneTensor = false }
    }
}

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
