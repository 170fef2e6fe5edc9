import CTorch
import Files

/// The rows of a catalogue with the greatest scores, exactly those that scoring every row would find.
///
/// score(u, i) = Σ_d u_d v_id in double precision + term of row i; equal scores are ordered by row. Bounds that cost less than the products
/// say which rows need to be scored: from float32 products or, once the rows are ``coded()``, from codes of 8 bits, which take a quarter of
/// the memory traffic. What is found is the same on every processor and for any number of threads, to the bit.
package struct ExactSearch: Sendable {
    /// What is asked.
    package struct Question: Sendable {
        /// u [width].
        package var vector: [Float]
        /// Rows that are no answer to this question, in any order.
        package var skipped: [Int32]
        /// Rows that have a term, each once, in any order, and the terms, from 0.
        package var terms: (rows: [Int32], values: [Float])

        /// Asks for the rows of the greatest scores.
        package init(_ vector: [Float], skipping skipped: [Int32] = [], terms: (rows: [Int32], values: [Float]) = ([], [])) {
            self.vector = vector
            self.skipped = skipped
            self.terms = terms
        }
    }

    /// A row that was found.
    package struct Found: Sendable, Equatable {
        /// Its number.
        package var row: Int
        /// Its score.
        package var score: Double

        /// Names both.
        package init(row: Int, score: Double) { (self.row, self.score) = (row, score) }
    }

    /// What was found, and at what cost.
    package struct Answers: Sendable {
        /// For each question the best rows, falling.
        package var lists: [[Found]] = []
        /// How many scores were computed in full, over all questions; bounds spoke for all others.
        package var scored = 0
        /// Whether codes bounded the scores to the end: not where there are none, and where too many rows passed their bounds.
        package var usedCodes = true
    }

    /// The rows, one block after the other.
    package let blocks: [RowBlock]
    /// How many numbers a row has.
    package let width: Int
    /// How many rows there are.
    package let count: Int
    private let codes: [RowCodes]

    /// The widest rows, for which sums of codes fit into 32 bits.
    package static let greatestWidth = 1 << 16
    private static let greatestBatch = 64

    /// Searches in blocks of rows, none of which is read.
    ///
    /// - Precondition: all blocks have the same width, and all but the last ``RowBlock/usualCount`` rows or another multiple of 256.
    package init(_ blocks: [RowBlock], width: Int) { self.init(blocks, width: width, codes: []) }

    private init(_ blocks: [RowBlock], width: Int, codes: [RowCodes]) {
        precondition((1...Self.greatestWidth).contains(width) && blocks.allSatisfy { $0.width == width })
        precondition(blocks.dropLast().allSatisfy { $0.count % CTORCH_SEARCH_PIECE == 0 })
        self.blocks = blocks
        self.width = width
        self.codes = codes
        count = blocks.reduce(0) { $0 + $1.count }
    }

    /// Searches in a copy of the rows of a tensor, float32 [rows, width].
    ///
    /// - Throws: ``UserError`` where a number is not finite, or the tensor could not be computed.
    package init(_ rows: Tensor, blockCount: Int = RowBlock.usualCount) throws {
        let (count, width) = (rows.size(0), rows.size(1))
        let blocks = try rows.to(.cpu).to(.float32).contiguous().checked().withBytes { bytes in
            let numbers = bytes.bindMemory(to: Float.self)
            return try stride(from: 0, to: count, by: blockCount).map { first in
                let end = min(count, first + blockCount)
                return try RowBlock(
                    copying: UnsafeBufferPointer(rebasing: numbers[first * width..<end * width]), width: width, first: first)
            }
        }
        self.init(blocks, width: width)
    }

    /// The same search with codes of all rows, for those who ask more than once: a quarter more memory, a fraction of the time.
    ///
    /// - Throws: ``UserError`` when memory runs out.
    package func coded() throws -> ExactSearch {
        let coding = codes.first?.coding ?? RowCoding(blocks, width: width)
        return ExactSearch(blocks, width: width, codes: try blocks.map { try RowCodes($0, coding) })
    }

    /// The same search with other numbers in some rows, or with rows behind the last; blocks without such a row are shared, and so are their
    /// codes.
    ///
    /// - Parameter rows: numbers by row [width]; those behind the last one follow each other.
    /// - Throws: ``UserError`` where a number is not finite.
    /// - Precondition: all blocks but the last one have ``RowBlock/usualCount`` rows.
    package func replacing(_ rows: [Int: [Float]]) throws -> ExactSearch {
        let size = RowBlock.usualCount
        let end = max(count, (rows.keys.max() ?? -1) + 1)
        precondition(blocks.dropLast().allSatisfy { $0.count == size } && (blocks.last?.count ?? 0) <= size)
        precondition((count..<end).allSatisfy { rows[$0] != nil } && rows.allSatisfy { $0.key >= 0 && $0.value.count == width })
        var (blocks, codes) = (blocks, codes)
        let coding = codes.first?.coding
        for (place, changed) in Dictionary(grouping: rows.keys, by: { $0 / size }).sorted(by: { $0.key < $1.key }) {
            let first = place * size
            var numbers = place < blocks.count ? blocks[place].withRows(Array.init) : []
            numbers += [Float](repeating: 0, count: (min(end, first + size) - first) * width - numbers.count)
            for row in changed {
                numbers.replaceSubrange((row - first) * width..<(row - first + 1) * width, with: rows[row]!)
            }
            let block = try numbers.withUnsafeBufferPointer { try RowBlock(copying: $0, width: width, first: first) }
            let made = try coding.map { try RowCodes(block, $0) }
            if place < blocks.count {
                blocks[place] = block
                if let made { codes[place] = made }
            } else {
                blocks.append(block)
                if let made { codes.append(made) }
            }
        }
        return ExactSearch(blocks, width: width, codes: codes)
    }

    /// The numbers of a row.
    package func row(_ row: Int) -> [Float] {
        var (place, first) = (0, row)
        while first >= blocks[place].count { (place, first) = (place + 1, first - blocks[place].count) }
        return blocks[place].withRows { Array($0[first * width..<(first + 1) * width]) }
    }

    /// The score of a row, skipped or not: to the bit what a search finds for it.
    package func score(of row: Int, for question: Question) -> Double {
        let place = question.terms.rows.firstIndex(of: Int32(row))
        return Self.product(question.vector, self.row(row)) + (place.map { Double(question.terms.values[$0]) } ?? 0)
    }

    /// Σ_d u_d v_d in double precision, in the order of the kernel: sixteen sums, which are then added up by halves.
    package static func product(_ u: [Float], _ v: [Float]) -> Double {
        precondition(u.count == v.count, "a product of \(u.count) and \(v.count) numbers")
        var sums = [Double](repeating: 0, count: 16)
        for d in u.indices { sums[d % 16] += Double(u[d]) * Double(v[d]) }
        let halves = (0..<8).map { sums[$0] + sums[$0 + 8] }
        return ((halves[0] + halves[4]) + (halves[2] + halves[6])) + ((halves[1] + halves[5]) + (halves[3] + halves[7]))
    }

    /// The best rows for each question.
    ///
    /// - Parameters:
    ///   - top: how many; all where there are fewer.
    ///   - leftOut: rows that are no answer to any question.
    /// - Throws: ``UserError`` where a question has a number that is not finite, and when memory runs out.
    package func best(_ top: Int, for questions: [Question], leavingOut leftOut: RowSet? = nil) throws -> Answers {
        precondition(top >= 0 && leftOut.map { $0.capacity == count } ?? true)
        for (place, question) in questions.enumerated() {
            precondition(question.vector.count == width && question.terms.rows.count == question.terms.values.count)
            guard question.vector.allSatisfy(\.isFinite), question.terms.values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
                throw UserError(
                    "question \(place + 1) has a number that is not finite",
                    remedy: "Training has diverged: lower the learning rates.")
            }
        }
        var answers = Answers()
        let top = min(top, count)
        guard top > 0 else {
            answers.lists = questions.map { _ in [] }
            return answers
        }
        // Each thread keeps the best of each question.
        let size = min(Self.greatestBatch, max(1, (1 << 21) / top))
        for start in stride(from: 0, to: questions.count, by: size) {
            try ask(questions[start..<min(start + size, questions.count)], top, leftOut, &answers)
        }
        return answers
    }

    /// Asks as many questions as the kernel takes.
    private func ask(_ questions: ArraySlice<Question>, _ top: Int, _ leftOut: RowSet?, _ answers: inout Answers) throws {
        let lent = questions.map(LentQuestion.init)
        let scores = FixedMemory<Double>(count: questions.count * top)
        let rows = FixedMemory<Int32>(count: questions.count * top)
        var asked = lent.enumerated().map { $1.question(scores.start + $0 * top, rows.start + $0 * top) }
        var scored: Int64 = 0
        var usedCodes = false
        let table = blocks.enumerated().map { $1.lent(codes.isEmpty ? nil : codes[$0]) }
        let isDone = withExtendedLifetime((self, lent)) {
            table.withUnsafeBufferPointer { table in
                // There is a row, and so a block.
                var all = CTorchSearchRows(
                    blocks: table.baseAddress!, block_count: Int64(table.count), width: Int64(width),
                    means: codes.first.map { UnsafePointer($0.coding.means.start) },
                    deviations: codes.first.map { UnsafePointer($0.coding.deviations.start) })
                return ctorch.search(&all, &asked, Int32(asked.count), Int64(top), leftOut?.words, &scored, &usedCodes)
            }
        }
        guard isDone else {
            throw UserError(
                "the search has failed: \(Failure.lastMessage)", remedy: "Ask for fewer items, or for fewer at a time.")
        }
        withExtendedLifetime((scores, rows)) {
            answers.lists += asked.map { asked in
                (0..<Int(asked.found)).map { Found(row: Int(asked.rows[$0]), score: asked.scores[$0]) }
            }
        }
        answers.scored += Int(scored)
        answers.usedCodes = answers.usedCodes && usedCodes
    }
}

/// A question in memory that the kernel reads, its lists in order.
private struct LentQuestion {
    let vector: FixedMemory<Float>
    let skipped: FixedMemory<Int32>
    let termRows: FixedMemory<Int32>
    let terms: FixedMemory<Float>

    init(_ question: ExactSearch.Question) {
        vector = FixedMemory(question.vector)
        skipped = FixedMemory(question.skipped.sorted())
        let (rows, values) = question.terms
        let isOrdered = zip(rows, rows.dropFirst()).allSatisfy { $0 < $1 }
        let order = isOrdered ? Array(rows.indices) : rows.indices.sorted { rows[$0] < rows[$1] }
        termRows = FixedMemory(order.map { rows[$0] })
        terms = FixedMemory(order.map { values[$0] })
    }

    func question(_ scores: UnsafeMutablePointer<Double>, _ rows: UnsafeMutablePointer<Int32>) -> CTorchQuestion {
        CTorchQuestion(
            vector: vector.start, skipped: skipped.start, skipped_count: Int64(skipped.count), term_rows: termRows.start,
            terms: terms.start, term_count: Int64(terms.count), scores: scores, rows: rows, found: 0)
    }
}
