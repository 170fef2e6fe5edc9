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
            let (index, isNew) = table.insert(Array(id.utf8)[...])
            #expect(isNew == (expected[id] == nil))
            if isNew {
                expected[id] = order.count
                order.append(id)
            }
            #expect(index == expected[id])
        }
        #expect(table.texts() == order)
        for (id, index) in expected { #expect(table.index(of: Array(id.utf8)[...]) == index) }
        #expect(table.index(of: Array("absent".utf8)[...]) == nil)
    }

    @Test func theEmptyIDIsAnID() {
        var table = IDTable()
        #expect(table.index(of: []) == nil)
        #expect(table.insert([]) == (0, true))
        #expect(table.insert([0]) == (1, true))
        #expect(table.insert([]) == (0, false))
        #expect(table.texts() == ["", "\0"])
    }
}
