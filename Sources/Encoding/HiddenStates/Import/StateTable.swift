import Files
import Foundation

/// States of all items in one tensor, [items, layers, width] or [items, width].
struct StateTable: StateSource {
    let layers: Int
    let width: Int
    let hash: String
    private let tensor: StoredTensor
    private let rows: [String: Int]

    var ids: Set<String> { Set(rows.keys) }

    /// Opens a `.npy` file, or a safetensors file of one tensor.
    ///
    /// - Parameters:
    ///   - file: the tensor's file.
    ///   - idFile: one id a line, in the rows' order; nil where the rows are the dataset's items.
    ///   - items: the dataset's items.
    /// - Throws: ``UserError`` for another shape, an id twice, and another number of ids than of rows.
    init(_ file: URL, ids idFile: URL?, items: [String]) throws {
        tensor = try Self.tensor(of: file)
        guard tensor.type.isFloating, (2...3).contains(tensor.shape.count) else {
            throw UserError(
                "the tensor has the shape \(tensor.shape) and the type \(tensor.type.rawValue), expected floating numbers of "
                    + "[items, layers, width] or [items, width]", at: file.path)
        }
        layers = tensor.shape.count == 3 ? tensor.shape[1] : 1
        width = tensor.shape[tensor.shape.count - 1]
        let ids = try idFile.map(Self.read) ?? items
        guard ids.count == tensor.shape[0] else {
            let source = idFile.map { "the ids of \($0.lastPathComponent)" } ?? "the dataset's items"
            throw UserError(
                "the tensor has \(tensor.shape[0]) rows, \(source) are \(ids.count)", at: file.path,
                remedy: "Give a file of ids, one a line in the order of the rows.")
        }
        rows = Dictionary(ids.enumerated().map { ($1, $0) }) { first, _ in first }
        var hash = ContentHash()
        hash.update(try ContentHash.of(file: file))
        for id in idFile == nil ? [] : ids { hash.update(id) }
        self.hash = hash.digits
    }

    func place(of id: String) -> String { rows[id].map { "row \($0)" } ?? "" }

    func copy(_ id: String, into row: UnsafeMutableBufferPointer<Float>) throws {
        guard let index = rows[id] else { preconditionFailure("no row of \(id)") }
        tensor[index].copy(into: row)
    }

    private static func tensor(of file: URL) throws -> StoredTensor {
        if file.pathExtension == "npy" { return try NumpyFile(file).tensor }
        let tensors = try SafetensorsFile(file)
        guard tensors.entries.count == 1, let name = tensors.entries.keys.first else {
            throw UserError(
                "the file holds \(tensors.entries.count) tensors, expected one with a row per item", at: file.path,
                remedy: "Give a file of one tensor, or say that it holds one tensor per item.")
        }
        return try tensors.tensor(name)
    }

    private static func read(_ file: URL) throws -> [String] {
        let reader = try LineReader(file)
        var ids: [String] = []
        var seen: Set<String> = []
        while let id = try reader.next() {
            guard seen.insert(id).inserted else { throw UserError("the id \"\(id)\" occurs twice", at: reader.place) }
            ids.append(id)
        }
        return ids
    }
}

/// States in a safetensors file with one tensor per item, named by the item's id.
struct StateTensors: StateSource {
    let layers: Int
    let width: Int
    let hash: String
    let ids: Set<String>
    private let file: SafetensorsFile
    private let pooling: StoreIdentity.Pooling

    /// Opens a file.
    ///
    /// - Throws: ``UserError`` for a file without tensors, or whose first one is not of states.
    init(_ url: URL, pooling: StoreIdentity.Pooling) throws {
        file = try SafetensorsFile(url)
        self.pooling = pooling
        guard let first = file.entries.keys.min() else { throw UserError("the file holds no tensors", at: url.path) }
        let states = try ItemStates(file.tensor(first), name: Self.place(of: first, in: url))
        layers = states.count
        width = states.width
        ids = Set(file.entries.keys)
        hash = try ContentHash.of(file: url)
    }

    func place(of id: String) -> String { "tensor" }

    func copy(_ id: String, into row: UnsafeMutableBufferPointer<Float>) throws {
        let name = Self.place(of: id, in: file.file.url)
        try ItemStates(file.tensor(id), name: name).copy(into: row, of: self, pooling: pooling, name: name)
    }

    private static func place(of id: String, in url: URL) -> String { "\(url.path): tensor \"\(id)\"" }
}

extension ItemStates {
    /// Writes the layers where they are as many and as wide as the first item's.
    func copy(
        into row: UnsafeMutableBufferPointer<Float>, of source: some StateSource, pooling: StoreIdentity.Pooling, name: String
    ) throws {
        guard count == source.layers, width == source.width else {
            throw UserError(
                "the states are \(count) layers of \(width), those of the first item \(source.layers) of \(source.width)",
                at: name,
                remedy: "All items need states of the same encoder.")
        }
        copy(into: row, pooling: pooling)
    }
}
