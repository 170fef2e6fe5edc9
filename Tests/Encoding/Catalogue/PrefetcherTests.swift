import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Catalogue

@Suite struct PrefetcherTests {
    @Test func valuesComeInOrderAndEnd() throws {
        let made = Atomic<Int>(0)
        let prefetcher = Prefetcher<Int>(ahead: 2) {
            let value = made.add(1, ordering: .relaxed).oldValue
            return value < 50 ? value : nil
        }
        var values: [Int] = []
        while let value = try prefetcher.next() { values.append(value) }
        #expect(values == Array(0..<50))
        #expect(try prefetcher.next() == nil)
        prefetcher.stop()
    }

    @Test func noMoreAreMadeThanAskedFor() throws {
        let made = Atomic<Int>(0)
        let prefetcher = Prefetcher<Int>(ahead: 2) { made.add(1, ordering: .relaxed).oldValue }
        #expect(try prefetcher.next() == 0)
        Thread.sleep(forTimeInterval: 0.05)
        // One was taken, two are ready.
        #expect(made.load(ordering: .relaxed) == 3)
        prefetcher.stop()
        let after = made.load(ordering: .relaxed)
        Thread.sleep(forTimeInterval: 0.05)
        #expect(made.load(ordering: .relaxed) == after)
    }

    @Test func errorsAreThrownWhereTheValueIsTaken() throws {
        struct Broken: Error {}
        let made = Atomic<Int>(0)
        let prefetcher = Prefetcher<Int>(ahead: 3) {
            let value = made.add(1, ordering: .relaxed).oldValue
            if value == 2 { throw Broken() }
            return value
        }
        #expect(try prefetcher.next() == 0)
        #expect(try prefetcher.next() == 1)
        #expect(throws: Broken.self) { try prefetcher.next() }
        prefetcher.stop()
    }

    @Test func parallelWorkDoesEveryIndexOnce() {
        let squares = ParallelWork.map(count: 1000, threads: 4) { $0 * $0 }
        #expect(squares == (0..<1000).map { $0 * $0 })
        #expect(ParallelWork.map(count: 0, threads: 4) { $0 }.isEmpty)
    }
}
