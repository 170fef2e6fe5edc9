import Files
package import Foundation

/// Where imported states come from: for an item id, the states of all layers.
protocol StateSource {
    /// The number of layers of every item.
    var layers: Int { get }
    /// Values per layer.
    var width: Int { get }
    /// SHA-256 over the files that states come from.
    var hash: String { get }
    /// The ids that there are states of.
    var ids: Set<String> { get }

    /// A text that changes where the states of an item would come from another place of the same files.
    func place(of id: String) -> String

    /// Writes the states of an item, [layers, width].
    ///
    /// - Throws: ``UserError`` when the item's tensor is not of that shape.
    func copy(_ id: String, into row: UnsafeMutableBufferPointer<Float>) throws
}

extension StateImport.Source {
    /// Tells from what lies in a place how states are to be read there.
    ///
    /// - Parameters:
    ///   - place: a folder with a file per item, a `.npy` file, or a safetensors file: of one tensor, or of a tensor per item.
    ///   - ids: the ids of a table's rows; a table's alone.
    /// - Throws: ``UserError`` when there is nothing, or something else.
    package init(_ place: URL, ids: URL? = nil) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
            throw UserError("there is no such file or folder", at: place.path, remedy: "Check the path.")
        }
        let source: StateImport.Source
        if isFolder.boolValue {
            source = .folder(place)
        } else {
            switch place.pathExtension {
            case "npy": source = .table(place, ids: ids)
            case "safetensors":
                source = try SafetensorsFile(place).entries.count == 1 ? .table(place, ids: ids) : .tensors(place)
            default:
                throw UserError(
                    "not a file of states", at: place.path,
                    remedy: "Give a .npy or .safetensors file, or a folder with a .pt or .npy file per item.")
            }
        }
        if ids != nil, case .table = source {
        } else if ids != nil {
            throw UserError("the folder has one file per item, so a list of row ids does not apply", at: place.path)
        }
        self = source
    }
}

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
    init(_ folder: URL, pooling: StoreIdentity.Pooling, progress: WorkProgress.Handler?, stop: StopToken) throws {
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
            progress?(WorkProgress("reading files of states", done: index + 1, total: ordered.count, unit: "files"))
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
