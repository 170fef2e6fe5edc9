/// One row of a table: where its fields are, in the reader's block or, with quotes or escapes resolved, in memory of its own.
///
/// They hold until the next row is read into the record.
struct Record {
    /// The fields; nil where the row does not have it.
    var fields: [UnsafeRawBufferPointer?] = []
    /// Takes the fields that do not stand in the file as they mean.
    let text = TextMemory()

    /// The bytes of a field; nil where the row does not have it.
    subscript(field: Int) -> UnsafeRawBufferPointer? { fields[field] }

    /// Forgets the fields and keeps the memory.
    mutating func clear() {
        fields.removeAll(keepingCapacity: true)
        text.count = 0
    }
}
