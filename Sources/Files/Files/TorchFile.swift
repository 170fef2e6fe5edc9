import Foundation

/// The tensors of a file that `torch.save` wrote, mapped and not copied.
///
/// Such a file is a zip archive with a pickle, `data.pkl`, and the bytes of each storage beside it. The pickle is read as data: nothing
/// of it is ever executed, and what is not a tensor, a list, a tuple or a dictionary of tensors, or a plain number or text beside them,
/// is refused.
public struct TorchFile: Sendable {
    /// One tensor of the file.
    public struct Entry: Sendable {
        /// The keys and indices that lead to it, joined by points: empty for a tensor alone, "0" for the first one of a list.
        public let name: String
        /// The tensor.
        public let tensor: StoredTensor
    }

    /// The tensors, in the order of the file.
    public let entries: [Entry]
    /// Whether the file holds one tensor alone, and no list or dictionary.
    public let isOneTensor: Bool

    /// Opens a file and reads what it holds.
    ///
    /// - Throws: ``UserError`` for a file that is missing, damaged, of the form before torch 1.6, or that holds something else than
    ///   tensors; what it is is named.
    public init(_ url: URL) throws {
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
