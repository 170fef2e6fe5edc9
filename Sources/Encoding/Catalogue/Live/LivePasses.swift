import Encoders
package import Torch

/// Some items' inputs as passes of an encoder: all of one length within a pass, so that there is no padding, and titles of the same
/// tokens in one row.
package struct LivePasses {
    /// The inputs of one pass.
    package struct Pass {
        /// How many rows go through the encoder.
        package let count: Int
        /// Makes the input on a device: what ``EncoderFamily/input`` says.
        package let input: (Device) throws -> Tensor
    }

    /// The passes, longest inputs first.
    package let passes: [Pass]
    /// The row of each item among the rows of all passes together [items]; for an item that has nothing, ``rowCount``.
    package let rows: [Int64]

    /// How many rows all passes have.
    package var rowCount: Int { passes.reduce(0) { $0 + $1.count } }
}

extension LiveInputs {
    /// The passes of some items.
    ///
    /// - Parameters:
    ///   - items: catalogue indices, each once.
    ///   - tokens: the most token states in a pass; at least one item makes a pass.
    package func passes(of items: [Int64], tokens: Int) -> LivePasses {
        switch source {
        case .titles(let titles): titlePasses(items.map { titles[Int($0)] }, tokens)
        case .pictures(let pictures): picturePasses(items.map(Int.init), tokens / pictures.tokensPerItem, pictures.pixels)
        case .pixels(let pixels, let tokensPerItem):
            picturePasses(items.map(Int.init), tokens / tokensPerItem) {
                pixels.selecting(Tensor($0.map(Int64.init), on: pixels.device))
            }
        }
    }

    private func titlePasses(_ titles: [[Int32]], _ tokens: Int) -> LivePasses {
        let batches = TitleInput.group(titles, batchTokens: tokens)
        var rows = [Int64](repeating: -1, count: titles.count)
        var next: Int64 = 0
        for batch in batches {
            for (offset, item) in batch.rows.enumerated() { rows[item] = next + Int64(offset) }
            for copy in batch.copies { rows[copy.to] = rows[copy.from] }
            next += Int64(batch.rows.count)
        }
        let passes = batches.map { batch in
            LivePasses.Pass(count: batch.rows.count) { batch.tensor(on: $0) ?? .zeros([0]) }
        }
        return LivePasses(passes: passes, rows: rows.map { $0 < 0 ? next : $0 })
    }

    private func picturePasses(
        _ items: [Int], _ fitting: Int, _ pixels: @escaping (ArraySlice<Int>) throws -> Tensor
    ) -> LivePasses {
        let present = items.filter { isPresent[$0] }
        let size = max(1, fitting)
        let passes = stride(from: 0, to: present.count, by: size).map { start in
            let part = present[start..<min(start + size, present.count)]
            return LivePasses.Pass(count: part.count) { try pixels(part).to($0) }
        }
        var next: Int64 = 0
        let rows = items.map { item -> Int64 in
            guard isPresent[item] else { return Int64(present.count) }
            defer { next += 1 }
            return next
        }
        return LivePasses(passes: passes, rows: rows)
    }
}
