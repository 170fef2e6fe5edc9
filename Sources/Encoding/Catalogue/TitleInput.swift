import Encoders
import Files
import Foundation
import HiddenStates
import Tokenizers

/// Titles as batches of token numbers: all titles of a batch have the same number of tokens, so there is no padding.
struct TitleInput: CatalogueInput {
    let tokenizer: Tokenizer
    /// How many token numbers the encoder knows.
    let vocabulary: Int
    let maximumTokens: Int
    let batchTokens: Int
    let threads: Int

    var modality: Modality { .text }
    var tokenizerHash: String? { tokenizer.hash }
    var preprocessing: [String: String] { ["maximumTokens": String(maximumTokens)] }
    var batchesAhead: Int { 4 }
    var batchBytes: Int { max(batchTokens, maximumTokens) * MemoryLayout<Int32>.size }

    /// Takes the tokenizer of an encoder's directory.
    ///
    /// - Throws: ``UserError`` for a missing or damaged tokenizer and a limit of tokens that the encoder cannot keep.
    init(_ directory: URL, vocabulary: Int, maximum: Int, options: EncodingOptions, threads: Int) throws {
        guard (1...maximum).contains(options.maximumTokens) else {
            throw UserError(
                "a title may have \(options.maximumTokens) tokens, the encoder reads 1 to \(maximum)", at: directory.path,
                remedy: "Set the most tokens of a title to a number from 1 to \(maximum).")
        }
        tokenizer = try Tokenizer(directory: directory)
        self.vocabulary = vocabulary
        maximumTokens = options.maximumTokens
        batchTokens = options.batchTokens
        self.threads = threads
    }

    /// The title's text; nil where there is none.
    private func text(of item: CatalogueItem) -> String? {
        guard let title = item.title, title.contains(where: { !$0.isWhitespace }) else { return nil }
        return title
    }

    var tokensPerItem: Int { maximumTokens }

    func inputCount(of item: CatalogueItem) -> Int { 1 }

    func expectedTokens(of items: [CatalogueItem]) -> Int {
        let sample = stride(from: 0, to: items.count, by: max(1, items.count / 500)).map { items[$0] }
        let tokens = sample.reduce(0) { sum, item in
            sum + (text(of: item).map { tokenizer.encode($0, maximumTokens: maximumTokens).count } ?? 0)
        }
        return sample.isEmpty ? 0 : tokens * items.count / sample.count
    }

    func contentHash(of item: CatalogueItem) -> String {
        guard var text = text(of: item) else { return "" }
        return text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    func batches(of items: [CatalogueItem]) throws -> () throws -> InputBatch? {
        var batches = Self.group(try tokens(of: items), batchTokens: batchTokens)[...]
        return { batches.popFirst() }
    }

    /// The token numbers of each item's title; empty where there is none.
    ///
    /// - Throws: ``UserError`` when the tokenizer does not fit the encoder or the longest title.
    func tokens(of items: [CatalogueItem]) throws -> [[Int32]] {
        let tokens = ParallelWork.map(count: items.count, threads: threads) { row in
            text(of: items[row]).map { tokenizer.encode($0, maximumTokens: maximumTokens) } ?? []
        }
        try check(tokens, of: items)
        return tokens
    }

    private func check(_ tokens: [[Int32]], of items: [CatalogueItem]) throws {
        for (row, tokens) in tokens.enumerated() {
            guard tokens.count <= maximumTokens else {
                throw UserError(
                    "a title may have \(maximumTokens) tokens, the special tokens alone are \(tokens.count)",
                    remedy: "Set the most tokens of a title to more than \(tokens.count).")
            }
            guard let wrong = tokens.first(where: { $0 < 0 || $0 >= vocabulary }) else { continue }
            if wrong < 0 {
                throw UserError(
                    "the title of item \"\(items[row].id)\" has a character that the tokenizer has no token for, nor one for unknown ones",
                    remedy:
                        "Take the character out of the title, or name the unknown token's number as \"unk_id\" in tokenizer.json."
                )
            }
            throw UserError(
                "the tokenizer gives token \(wrong) for the title of item \"\(items[row].id)\", the encoder knows \(vocabulary)",
                remedy: "Use the tokenizer's files that belong to the encoder.")
        }
    }

    /// Groups titles by their number of tokens, longest first, so that memory that runs out does so at the start. Titles with the
    /// same tokens are encoded once.
    static func group(_ tokens: [[Int32]], batchTokens: Int) -> [InputBatch] {
        var rowsByLength: [Int: [Int]] = [:]
        var copies: [Int: [Int]] = [:]
        var first: [[Int32]: Int] = [:]
        for (row, tokens) in tokens.enumerated() where !tokens.isEmpty {
            if let same = first[tokens] {
                copies[same, default: []].append(row)
            } else {
                first[tokens] = row
                rowsByLength[tokens.count, default: []].append(row)
            }
        }
        var batches: [InputBatch] = []
        for (length, rows) in rowsByLength.sorted(by: { $0.key > $1.key }) {
            let size = max(1, batchTokens / length)
            for start in stride(from: 0, to: rows.count, by: size) {
                let part = Array(rows[start..<min(start + size, rows.count)])
                var batch = InputBatch(values: .tokens(part.flatMap { tokens[$0] }, length: length), rows: part)
                batch.copies = part.flatMap { from in (copies[from] ?? []).map { (from, $0) } }
                batch.done = batch.rows.count + batch.copies.count
                batches.append(batch)
            }
        }
        return batches
    }
}
