import Files
import Foundation
import TestSupport
import Testing

@testable import Torch

/// Searches against scoring and sorting every row.
@Suite(.oneAtATime) struct ExactSearchTests {
    /// Rows and questions of some kind.
    enum Kind: String, CaseIterable { case random, tied, constant, huge, tiny, skewed, rising }

    private func numbers(_ kind: Kind, _ rows: Int, _ width: Int, _ generator: inout SeededGenerator) -> [Float] {
        func normal() -> Float { .random(in: -1...1, using: &generator) + .random(in: -1...1, using: &generator) }
        return (0..<rows * width).map { place in
            let (row, column) = (place / width, place % width)
            return switch kind {
            case .random: normal()
            case .tied: Float(Int.random(in: -1...1, using: &generator))
            case .constant: 0.7
            case .huge: normal() * 1e37
            case .tiny: normal() * 1e-20 * 1e-20
            case .skewed: column == 0 ? 100 + normal() : normal() / Float(1 + column)
            case .rising: normal() * 0.01 + Float(row) * 0.1
            }
        }
    }

    /// The plain form: every score, sorted.
    private func sorted(
        _ rows: [Float], _ width: Int, _ question: ExactSearch.Question, leavingOut leftOut: RowSet?
    ) -> [ExactSearch.Found] {
        var terms: [Int: Float] = [:]
        for (row, value) in zip(question.terms.rows, question.terms.values) { terms[Int(row)] = value }
        let skipped = Set(question.skipped.map(Int.init))
        let all = (0..<rows.count / width).compactMap { row -> ExactSearch.Found? in
            if skipped.contains(row) || leftOut?.contains(row) == true { return nil }
            // The order in which the kernel adds: sixteen sums, folded by halves.
            var sums = [Double](repeating: 0, count: 16)
            for d in 0..<width { sums[d % 16] += Double(question.vector[d]) * Double(rows[row * width + d]) }
            let eight = (0..<8).map { sums[$0] + sums[$0 + 8] }
            let score = ((eight[0] + eight[4]) + (eight[2] + eight[6])) + ((eight[1] + eight[5]) + (eight[3] + eight[7]))
            return .init(row: row, score: score + Double(terms[row] ?? 0))
        }
        return all.sorted { ($0.score, $1.row) > ($1.score, $0.row) }
    }

    private func blocks(_ rows: [Float], _ width: Int, of count: Int) throws -> [RowBlock] {
        try stride(from: 0, to: rows.count, by: count * width).map { start in
            try rows[start..<min(rows.count, start + count * width)].withUnsafeBufferPointer {
                try RowBlock(copying: $0, width: width)
            }
        }
    }

    /// Lists and scores are those of the full sort, to the bit: kinds of numbers, widths, row counts, filters, terms, lengths of lists,
    /// numbers of questions and threads, with codes and without.
    @Test(arguments: Kind.allCases) func listsAreThoseOfAFullSort(_ kind: Kind) throws {
        var generator = SeededGenerator(seed: UInt64(kind.rawValue.utf8.reduce(0) { $0 &* 31 &+ Int($1) }))
        let shapes = [(1, 8), (17, 8), (255, 64), (777, 64), (1100, 9), (515, 49), (70, 449), (33, 1024)]
        for (count, width) in shapes {
            let rows = numbers(kind, count, width, &generator)
            let plain = ExactSearch(try blocks(rows, width, of: 512), width: width)
            let coded = try plain.coded()
            for asked in [1, 2, 19] {
                var leftOut: RowSet?
                let share = [0, 0.3, 0.97, 1].randomElement(using: &generator)!
                if share > 0 {
                    var set = RowSet(capacity: count)
                    for row in 0..<count where Double.random(in: 0..<1, using: &generator) < share { set.insert(row) }
                    leftOut = set
                }
                let questions = (0..<asked).map { _ in
                    let some = (0..<count).shuffled(using: &generator).map(Int32.init)
                    let withTerm = some.prefix(Int.random(in: 0...count, using: &generator))
                    return ExactSearch.Question(
                        numbers(kind, 1, width, &generator),
                        skipping: Array(some.suffix(Int.random(in: 0...min(count, 20), using: &generator))),
                        terms: (Array(withTerm), withTerm.map { _ in Float.random(in: 0...2, using: &generator) }))
                }
                let expected = questions.map { sorted(rows, width, $0, leavingOut: leftOut) }
                for top in Set([1, 10, count / 2 + 1, count, count + 3]) {
                    for threads in [1, 3] {
                        try withThreadCount(threads) {
                            for search in [plain, coded] {
                                let found = try search.best(top, for: questions, leavingOut: leftOut)
                                let wanted = expected.map { Array($0.prefix(top)) }
                                #expect(found.lists == wanted, "\(kind) \(count) x \(width), top \(top) of \(asked)")
                            }
                        }
                    }
                }
            }
        }
    }

    private func withThreadCount(_ count: Int, _ body: () throws -> Void) rethrows {
        let before = LibTorch.threads
        LibTorch.threads = count
        defer { LibTorch.threads = before }
        try body()
    }

    /// Many rows, where threads share the work and few rows need to be scored.
    @Test func boundsSpareTheScoresOfMostRows() throws {
        var generator = SeededGenerator(seed: 5)
        let (count, width) = (30_001, 64)
        let rows = numbers(.random, count, width, &generator)
        let search = ExactSearch(try blocks(rows, width, of: 8192), width: width)
        let coded = try search.coded()
        let questions = (0..<8).map { _ in ExactSearch.Question(numbers(.random, 1, width, &generator)) }
        let expected = questions.map { Array(sorted(rows, width, $0, leavingOut: nil).prefix(10)) }
        for threads in [1, 2] {
            try withThreadCount(threads) {
                let (plain, byCodes) = (try search.best(10, for: questions), try coded.best(10, for: questions))
                #expect(plain.lists == expected && byCodes.lists == expected)
                #expect(!plain.usedCodes && byCodes.usedCodes)
                #expect(plain.scored >= 8 * 10 && plain.scored < 8 * count / 50)
                #expect(byCodes.scored >= 8 * 10 && byCodes.scored < 8 * count / 25)
            }
        }
    }

    /// Rows whose differences codes cannot hold are found by float32 products instead, and this is said.
    @Test func codesThatSayNothingAreLeft() throws {
        var generator = SeededGenerator(seed: 6)
        let (count, width) = (40_000, 16)
        var rows = numbers(.random, count, width, &generator)
        // A question of the only column whose numbers are lost beside the others.
        for row in 0..<count { rows[row * width] = row == 0 ? 1e6 : Float.random(in: 0...1, using: &generator) }
        let search = ExactSearch(try blocks(rows, width, of: 16_384), width: width)
        var vector = [Float](repeating: 0, count: width)
        vector[0] = 1
        let question = ExactSearch.Question(vector)
        let found = try search.coded().best(5, for: [question])
        #expect(!found.usedCodes && found.scored < count)
        #expect(found.lists == [Array(sorted(rows, width, question, leavingOut: nil).prefix(5))])
    }

    @Test func whatIsNotFiniteIsRefused() throws {
        for wrong in [Float.nan, .infinity, -.infinity] {
            var rows = [Float](repeating: 1, count: 600 * 8)
            rows[8 * 523 + 2] = wrong
            let refused = #expect(throws: UserError.self) { try blocks(rows, 8, of: 1024) }
            #expect(refused?.problem.contains("row 523") == true)
            let search = ExactSearch(try blocks([Float](repeating: 1, count: 80), 8, of: 1024), width: 8)
            #expect(throws: UserError.self) { try search.best(3, for: [.init([1, 1, wrong, 1, 1, 1, 1, 1])]) }
            let terms: (rows: [Int32], values: [Float]) = ([3], [wrong])
            #expect(throws: UserError.self) { try search.best(3, for: [.init([Float](repeating: 1, count: 8), terms: terms)]) }
        }
    }

    /// Rows of a tensor and rows of a mapped file are found alike; without rows nothing is.
    @Test func rowsComeFromTensorsAndFiles() throws {
        RandomState.seed(4)
        let rows = Tensor.randomNormal([500, 12])
        let search = try ExactSearch(rows, blockCount: 256)
        let question = ExactSearch.Question(Tensor.randomNormal([12]).floats())
        let expected = try search.best(7, for: [question]).lists
        #expect(expected == [Array(sorted(rows.floats(), 12, question, leavingOut: nil).prefix(7))])
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "rows")
            try rows.withBytes { try Data($0).write(to: url) }
            let file = try MappedFile(url)
            let block = try RowBlock(file, 0..<500 * 48, width: 12)
            let again = try RowBlock(file, 0..<500 * 48, width: 12, lengths: block.lengths)
            for block in [block, again] {
                #expect(try ExactSearch([block], width: 12).coded().best(7, for: [question]).lists == expected)
            }
        }
        #expect(try ExactSearch([], width: 12).best(3, for: [question]).lists == [[]])
        #expect(try search.best(0, for: [question]).lists == [[]])
    }
}
