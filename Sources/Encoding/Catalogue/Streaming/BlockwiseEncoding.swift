import Encoders
import Files
import Foundation
import HiddenStates
import Torch

/// Sends the items of some shards through an encoder block by block: all items go through one before the next is read.
///
/// The weights of a block are read while the one before computes. After each block the token states are on the disk with a record of
/// how far they are, so an interrupted run continues there. Numbers are those of the whole encoder up to rounding: batches are the same, and
/// so is what is computed of each, but weights lie elsewhere in memory, which decides over the order of sums on some processors.
final class BlockwiseEncoding {
    private let catalogue: CatalogueEncoder
    private let reader: BlockReader
    private let shards: [HiddenStateStoreWriter.PendingShard]
    private let folder: StreamingFolder
    private let pooled: RandomAccessFile
    private let stop: StopToken
    private let report: (_ part: Int, _ rows: Int) -> Void
    private(set) var record: StreamingRecord
    /// How many inputs of an item went through the blocks.
    private lazy var taken = Dictionary(
        record.batches.flatMap { $0.rows + $0.copies.map(\.to) }.map { ($0, 1) }, uniquingKeysWith: +)
    /// The item whose states were kept last, in this pass over the batches.
    private var lastKept: Int?

    private var width: Int { catalogue.identity.width }
    private var layers: [Int] { catalogue.identity.layers }
    private var dtype: ElementType { catalogue.options.precision.dtype }
    private var last: Int { layers.max() ?? 0 }

    /// Starts, or continues where an interrupted run of the same shards was.
    ///
    /// - Parameters:
    ///   - shards: the shards still to be written; as many of the first are done as the disk has room for.
    ///   - report: is called after each batch with how many parts are done and how many rows of the next.
    init(
        _ catalogue: CatalogueEncoder, _ reader: BlockReader, shards: [HiddenStateStoreWriter.PendingShard], in folder: URL,
        stop: StopToken, report: @escaping (_ part: Int, _ rows: Int) -> Void
    ) throws {
        self.catalogue = catalogue
        self.reader = reader
        self.folder = StreamingFolder(url: folder)
        self.stop = stop
        self.report = report
        let known = StreamingRecord.read(
            self.folder.record, for: shards, inputs: catalogue.items.map(catalogue.input.inputCount),
            last: catalogue.identity.layers.max() ?? 0, tokens: catalogue.input.tokensPerItem)
        if let record = known {
            self.record = record
            self.shards = shards.filter { record.missing[$0.index] != nil }
        } else {
            self.folder.clear()
            let group = try Self.group(shards, catalogue, in: folder)
            record = StreamingRecord(missing: Dictionary(uniqueKeysWithValues: group.map { ($0.index, $0.missing.count) }))
            self.shards = group
        }
        pooled = try RandomAccessFile(updating: self.folder.pooled)
    }

    /// How many inputs go through the blocks.
    var inputCount: Int { shards.reduce(0) { $0 + catalogue.inputCounts(of: $1).reduce(0, +) } }

    /// Computes the pooled states of all items, gives them shard by shard, and removes the files that served it.
    ///
    /// - Throws: `CancellationError` when told to stop; ``UserError`` when the disk or the encoder fails.
    func run(_ take: (HiddenStateStoreWriter.PendingShard, ShardStates) throws -> Void) throws {
        if record.layer < 0 { try embed() }
        if record.layer < last { try runBlocks() }
        for shard in shards { try take(shard, states(of: shard)) }
        folder.clear()
    }

    /// The first shards whose token states may lie on the disk at a time, and leave half of it free; at least one.
    ///
    /// - Throws: ``UserError`` when the disk has no room for one.
    private static func group(
        _ shards: [HiddenStateStoreWriter.PendingShard], _ catalogue: CatalogueEncoder, in folder: URL
    ) throws -> [HiddenStateStoreWriter.PendingShard] {
        let limit = min(Double(catalogue.options.spillLimit), try Folder.freeSpace(at: folder) / 2)
        var bytes = 0
        let group = shards.prefix { shard in
            bytes += catalogue.activationBytes(of: shard)
            return Double(bytes) <= limit
        }
        if let first = shards.first, group.isEmpty {
            try Folder.checkSpace(for: catalogue.activationBytes(of: first), at: folder)
            return [first]
        }
        return Array(group)
    }

    private func embed() throws {
        let part = try reader.embeddings()
        let file = try ActivationFile(folder.activations(0))
        let stream = InputStream(catalogue.input, items: catalogue.items, shards: shards)
        let ahead = catalogue.threads.areBeside ? Prefetcher(ahead: catalogue.input.batchesAhead) { try stream.next() } : nil
        defer { ahead?.stop() }
        let nextBatch = ahead?.next ?? stream.next
        var place = 0
        var done = 0
        lastKept = nil
        for shard in shards {
            while let batch = try nextBatch() {
                if case .endOfShard = batch.values { break }
                try stop.check()
                record.problems.merge(batch.damaged.map { (shard.missing[$0.row], $0.problem) }) { first, _ in first }
                guard let input = batch.tensor(on: catalogue.options.device) else { continue }
                let states = try withTensorErrors { withoutGradients { part(input, dropout: .none) } }
                let streamed = StreamedBatch(
                    place: place, tokens: states.size(1), rows: batch.rows.map { shard.missing[$0] },
                    copies: batch.copies.map { .init(from: shard.missing[$0.from], to: shard.missing[$0.to]) })
                try keep(states, 0, of: streamed)
                try file.write(states, of: streamed)
                place += streamed.byteCount(width: width, dtype: dtype)
                record.batches.append(streamed)
                done += batch.rows.count
                report(0, done)
            }
        }
        try finish(layer: 0, file)
    }

    private func runBlocks() throws {
        let (first, last, reader) = (record.layer, last, reader)
        let next = NextBlock(first..<last)
        let ahead = Prefetcher(ahead: 1) { try next.take().map { try reader.read($0) } }
        defer { ahead.stop() }
        for index in first..<last {
            // What was read goes with the block: memory holds this one and the one being read.
            guard let tensors = try ahead.next() else { return }
            try run(reader.block(index, of: tensors), index)
        }
    }

    private func run(_ block: any EncoderPart, _ index: Int) throws {
        let input = try ActivationFile(folder.activations(index))
        let output = try ActivationFile(folder.activations(index + 1))
        let isLast = index + 1 == last
        let takesFirstOnly = isLast && catalogue.pooling == .first
        let finalNorm =
            index + 1 == reader.directory.family.depth && reader.directory.family.normalizesLastState
            ? try reader.finalNorm() : nil
        var done = 0
        lastKept = nil
        for (number, batch) in record.batches.enumerated() {
            try stop.check()
            if number + 1 < record.batches.count { input.willRead(record.batches[number + 1], width: width, dtype: dtype) }
            let states = try input.read(batch, width: width, dtype: dtype).to(catalogue.options.device)
            let result = try withTensorErrors {
                withoutGradients { takesFirstOnly ? block.firstToken(states, dropout: .none) : block(states, dropout: .none) }
            }
            try keep(result, index + 1, of: batch, after: finalNorm)
            if !isLast { try output.write(result, of: batch) }
            done += batch.rows.count
            report(index + 1, done)
        }
        try finish(layer: index + 1, output)
    }

    /// Writes the pooled states of a batch where the layer is kept.
    private func keep(_ states: Tensor, _ layer: Int, of batch: StreamedBatch, after norm: (any EncoderPart)? = nil) throws {
        let positions = layers.indices.filter { layers[$0] == layer }
        guard !positions.isEmpty else { return }
        let rows = try withTensorErrors {
            withoutGradients { catalogue.pooling(norm?(states, dropout: .none) ?? states).to(.float32) }
        }
        let rowBytes = width * MemoryLayout<Float>.size
        let rowOf = Dictionary(zip(batch.rows, 0...)) { first, _ in first }
        let before = lastKept
        lastKept = batch.rows.last
        try rows.withBytes { bytes in
            for position in positions {
                func write(_ row: Int, of item: Int, further: Bool = false) throws {
                    let source = UnsafeRawBufferPointer(rebasing: bytes[(row * rowBytes)..<((row + 1) * rowBytes)])
                    let place = (item * layers.count + position) * rowBytes
                    try further ? add(source, at: place) : pooled.write(source, at: place)
                }
                // The first input of an item replaces what an interrupted pass has left, further ones are added.
                for (row, item) in batch.rows.enumerated() {
                    try write(row, of: item, further: (row == 0 ? before : batch.rows[row - 1]) == item)
                }
                for copy in batch.copies {
                    if let row = rowOf[copy.from] { try write(row, of: copy.to) }
                }
            }
        }
    }

    /// Adds the states of an item's further input to those of the inputs before, which are on the disk.
    private func add(_ states: UnsafeRawBufferPointer, at place: Int) throws {
        var sum = [Float](repeating: 0, count: width)
        try sum.withUnsafeMutableBytes { try pooled.read(into: $0, at: place) }
        sum.withUnsafeMutableBufferPointer { ShardStates.add(states.assumingMemoryBound(to: Float.self), to: $0) }
        try sum.withUnsafeBytes { try pooled.write($0, at: place) }
    }

    /// Records that a hidden state of all items is on the disk.
    private func finish(layer: Int, _ activations: ActivationFile) throws {
        if layer < last { try activations.file.flush() }
        try pooled.flush()
        record.layer = layer
        try JSONFile.write(record, to: folder.record)
    }

    /// The pooled states of a shard's items.
    private func states(of shard: HiddenStateStoreWriter.PendingShard) throws -> ShardStates {
        let inputs = catalogue.inputCounts(of: shard)
        var states = ShardStates(inputs: inputs, layers: layers.count, width: width)
        let rowBytes = layers.count * width * MemoryLayout<Float>.size
        for (row, item) in shard.missing.enumerated() where taken[item] == inputs[row] {
            try states.fill(row) { try pooled.read(into: $0, at: item * rowBytes) }
        }
        states.finish()
        return states
    }
}

/// The numbers of the blocks still to be read; one thread takes them.
private final class NextBlock: @unchecked Sendable {
    private var rest: Range<Int>
    init(_ range: Range<Int>) { rest = range }
    func take() -> Int? { rest.popFirst() }
}
