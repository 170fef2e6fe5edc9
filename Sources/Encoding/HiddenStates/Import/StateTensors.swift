import Files
import Foundation

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
