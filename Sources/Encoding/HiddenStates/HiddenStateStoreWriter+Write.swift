import Files
import Foundation

extension HiddenStateStoreWriter {
    /// Writes a shard: converts the states of its missing items to the store's dtype and copies the rows of the others.
    ///
    /// The shard is on the disk, and stays after an interruption, when this returns.
    ///
    /// - Parameters:
    ///   - shard: one of ``pendingShards``.
    ///   - states: float32 [shard.missing.count, layers, width].
    ///   - present: for each of `shard.missing` whether it had a title or picture; where false the row is stored as zeros and its
    ///     states are not looked at.
    /// - Throws: ``UserError`` for a value that is not finite or does not fit the dtype, naming item, layer and value; for a damaged
    ///   shard of the former store; when the disk is full. Nothing of the shard is then stored.
    package func write(_ shard: PendingShard, states: UnsafeBufferPointer<Float>, present: [Bool]) throws {
        precondition(
            states.count == shard.missing.count * identity.rowCount, "states of \(shard.missing.count) items are wanted")
        precondition(present.count == shard.missing.count, "presence of \(shard.missing.count) items is wanted")
        try add(shard) { file in
            var flags: [UInt8] = []
            flags.reserveCapacity(shard.items.count)
            try appendRows(of: shard, states: states, present: present, to: file, flags: &flags)
            try file.append(flags)
        }
    }

    /// Writes a shard of items that are there and whose states are zeros, as a hole in a file that takes no space on the disk.
    ///
    /// The shard is on the disk, and stays after an interruption, when this returns. Rows of a former store are not looked at.
    ///
    /// - Throws: ``UserError`` when the disk fails.
    package func writeHole(_ shard: PendingShard) throws {
        try add(shard) { file in
            try file.appendHole(shard.items.count * identity.rowBytes)
            try file.append([UInt8](repeating: 1, count: shard.items.count))
        }
    }

    /// Writes the file of a shard, `fill` its tensors, and notes that it is done.
    private func add(_ shard: PendingShard, _ fill: (SafetensorsWriter) throws -> Void) throws {
        precondition(!isComplete && building.items(of: shard.index) == shard.items, "the shard is not of this build")
        let url = buildingFolder.appending(path: StoreManifest.shardFileName(shard.index))
        let file = try SafetensorsWriter(
            url,
            [
                .init(
                    "states", type: identity.dtype.element.safetensorsName,
                    shape: [shard.items.count, identity.layers.count, identity.width]),
                .init("present", type: "U8", shape: [shard.items.count]),
            ],
            metadata: StoreShard.metadata(identity.hash, firstItem: shard.items.lowerBound))
        try fill(file)
        try file.commit()

        building.finished.append(
            StoreManifest.Shard(
                file: url.lastPathComponent, firstItem: shard.items.lowerBound, count: shard.items.count,
                sha256: try ContentHash.of(file: url)))
        building.finished.sort { $0.firstItem < $1.firstItem }
        try JSONFile.write(building, to: buildingFolder.appending(path: StoreBuilding.fileName))
    }

    /// Writes a shard from an array; see ``write(_:states:present:)-(_,UnsafeBufferPointer<Float>,_)``.
    package func write(_ shard: PendingShard, states: [Float], present: [Bool]) throws {
        try states.withUnsafeBufferPointer { try write(shard, states: $0, present: present) }
    }

    private func appendRows(
        of shard: PendingShard, states: UnsafeBufferPointer<Float>, present: [Bool], to file: SafetensorsWriter,
        flags: inout [UInt8]
    ) throws {
        let rowBytes = identity.rowBytes
        let rowCount = identity.rowCount
        // Rows are gathered in blocks of some megabytes, so that small rows do not cost a system call each.
        let blockItems = max(1, min(shard.items.count, (4 << 20) / rowBytes))
        let block = UnsafeMutableRawBufferPointer.allocate(byteCount: blockItems * rowBytes, alignment: 64)
        defer { block.deallocate() }
        var nextMissing = 0
        var filled = 0
        for item in shard.items {
            let row = UnsafeMutableRawBufferPointer(rebasing: block[filled..<(filled + rowBytes)])
            if let old = formerRows[item] {
                flags.append(try copyFormerRow(old, into: row))
            } else {
                let values = UnsafeBufferPointer(rebasing: states[(nextMissing * rowCount)..<((nextMissing + 1) * rowCount)])
                if present[nextMissing] {
                    guard identity.dtype.convert(values, into: row) else { throw unstorable(item, values) }
                } else {
                    row.initializeMemory(as: UInt8.self, repeating: 0)
                }
                flags.append(present[nextMissing] ? 1 : 0)
                nextMissing += 1
            }
            filled += rowBytes
            if filled == block.count {
                try file.append(UnsafeRawBufferPointer(block))
                filled = 0
            }
        }
        try file.append(UnsafeRawBufferPointer(rebasing: block[..<filled]))
    }

    /// Copies a row of a former store, whose shard is hashed before its first use so that damage does not spread.
    private func copyFormerRow(_ place: FormerRow, into row: UnsafeMutableRawBufferPointer) throws -> UInt8 {
        let (former, old) = (formers[place.store], place.row)
        let shard = former.shard(of: old)
        let first = shard.items.lowerBound
        if !checkedFormerShards.contains(shard.url) {
            let record = former.manifest.shards.first { $0.firstItem == first }
            guard ContentHash.of(shard.bytes) == record?.sha256 else {
                throw UserError(
                    "the former store is damaged (this shard's SHA-256 differs), its rows cannot be used", at: shard.url.path,
                    remedy: "Remove the store and encode again.")
            }
            checkedFormerShards.insert(shard.url)
        }
        let start = (old - first) * row.count
        row.copyMemory(from: UnsafeRawBufferPointer(rebasing: shard.states[start..<(start + row.count)]))
        return shard.present[old - first]
    }

    /// The error for the first value of a row that cannot be stored.
    private func unstorable(_ item: Int, _ values: UnsafeBufferPointer<Float>) -> UserError {
        let limit = Float(bitPattern: identity.dtype.overflowBits)
        let index = values.firstIndex { !($0.magnitude < limit) } ?? 0
        let value = values[index]
        let layer = identity.layers[index / identity.width]
        let place = "item \"\(items[item].id)\", layer \(layer)"
        if !value.isFinite {
            return UserError(
                "the state is \(value.isNaN ? .nan : value), not a finite number", at: place,
                remedy:
                    "Check the encoder's weights; if it ran in 16 bits, run it in bfloat16 or float32. Nothing of this shard is stored."
            )
        }
        return UserError(
            "the state \(value) does not fit \(identity.dtype.rawValue)", at: place,
            remedy: "Store the states as bfloat16 or float32 instead. Nothing of this shard is stored.")
    }
}
