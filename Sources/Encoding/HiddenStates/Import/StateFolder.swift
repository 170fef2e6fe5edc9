import Files
import Foundation

/// States in a folder with one file per item, `<item id>.pt` or `<item id>.npy`.
struct StateFolder: StateSource {
    let layers: Int
    let width: Int
    let hash: String
    private let files: [String: URL]
    private let pooling: StoreIdentity.Pooling

    var ids: Set<String> { Set(files.keys) }

    /// Lists a folder and reads all of its files once for their hash.
    ///
    /// - Throws: ``UserError`` for a folder without such files, two files of one item, or a first file that is not of states.
    init(_ folder: URL, pooling: StoreIdentity.Pooling, progress: Files.Progress.Handler?, stop: StopToken) throws {
        self.pooling = pooling
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        } catch {
            throw UserError.system("could not list the folder", at: folder.path, error: error)
        }
        var files: [String: URL] = [:]
        for name in names where name.hasSuffix(".pt") || name.hasSuffix(".npy") {
            let file = folder.appending(path: name)
            let id = file.deletingPathExtension().lastPathComponent
            guard files.updateValue(file, forKey: id) == nil else {
                throw UserError("there are two files of the item \"\(id)\"", at: folder.path)
            }
        }
        let ordered = files.sorted { $0.key < $1.key }
        guard let first = ordered.first?.value else {
            throw UserError("there are no files of items: <item id>.pt or <item id>.npy", at: folder.path)
        }
        var hash = ContentHash()
        for (index, file) in ordered.enumerated() {
            try stop.check()
            hash.update(file.value.lastPathComponent)
            hash.update(try ContentHash.of(file: file.value))
            progress?(Files.Progress("reading files of states", done: index + 1, total: ordered.count, unit: "files"))
        }
        self.hash = hash.digits
        self.files = files
        let states = try Self.states(of: first)
        layers = states.count
        width = states.width
    }

    func place(of id: String) -> String { "file" }

    func copy(_ id: String, into row: UnsafeMutableBufferPointer<Float>) throws {
        guard let file = files[id] else { preconditionFailure("no file of \(id)") }
        try Self.states(of: file).copy(into: row, of: self, pooling: pooling, name: file.path)
    }

    private static func states(of file: URL) throws -> ItemStates {
        if file.pathExtension == "npy" { return try ItemStates(NumpyFile(file).tensor, name: file.path) }
        let torch = try TorchFile(file)
        let tensors = torch.entries.map(\.tensor)
        return torch.isOneTensor ? try ItemStates(tensors[0], name: file.path) : try ItemStates(list: tensors, name: file.path)
    }
}
