/// One row of a table: the bytes of its fields, in memory that is used again for the next row.
struct Record {
    /// The bytes that ``fields`` points into.
    var bytes: [UInt8] = []
    /// Where each field is; nil where the row does not have it.
    var fields: [Range<Int>?] = []

    /// The bytes of a field; nil where the row does not have it.
    subscript(field: Int) -> ArraySlice<UInt8>? { fields[field].map { bytes[$0] } }

    /// Forgets the fields and keeps the memory.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: true)
        fields.removeAll(keepingCapacity: true)
    }
}
