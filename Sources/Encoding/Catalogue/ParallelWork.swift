import Foundation
import Synchronization

/// Work on many items by several threads, which take the next item as they become free.
enum ParallelWork {
    /// Calls `body` for every index below `count` and waits until all are done.
    static func run(count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
        let next = Atomic<Int>(0)
        DispatchQueue.concurrentPerform(iterations: max(1, min(threads, count))) { _ in
            while true {
                let index = next.add(1, ordering: .relaxed).oldValue
                guard index < count else { return }
                body(index)
            }
        }
    }

    /// The results of `body` for every index below `count`, in order.
    static func map<Value: Sendable>(count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
        [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Every place is written by one thread only.
            nonisolated(unsafe) let places = buffer
            run(count: count, threads: threads) { places.initializeElement(at: $0, to: body($0)) }
            initialized = count
        }
    }
}
