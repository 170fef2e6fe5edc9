import Files

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
