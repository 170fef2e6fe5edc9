import TestSupport
import Testing

@testable import Datasets

struct IDTableTests {
    @Test func agreesWithADictionary() {
        var generator = SeededGenerator(seed: 1)
        var table = IDTable()
        var expected: [String: Int] = [:]
        var order: [String] = []
        for _ in 0..<20_000 {
            let id =
                String(repeating: "x", count: .random(in: 0...3, using: &generator))
                + "\(Int.random(in: 0..<4000, using: &generator))"
            let (index, isNew) = table.insert(id)
            #expect(isNew == (expected[id] == nil))
            if isNew {
                expected[id] = order.count
                order.append(id)
            }
            #expect(index == expected[id])
        }
        #expect((0..<table.count).map(table.text) == order)
        for (id, index) in expected { #expect(Array(id.utf8).withUnsafeBytes { table.index(of: $0) } == index) }
        #expect(Array("absent".utf8).withUnsafeBytes { table.index(of: $0) } == nil)
    }

    @Test func theEmptyIDIsAnID() {
        var table = IDTable()
        #expect(Array("".utf8).withUnsafeBytes { table.index(of: $0) } == nil)
        #expect(table.insert("") == (0, true))
        #expect(table.insert("\0") == (1, true))
        #expect(table.insert("") == (0, false))
        #expect((0..<table.count).map(table.text) == ["", "\0"])
    }
}
