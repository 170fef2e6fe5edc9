import Foundation
import Synchronization

/// Makes a sequence of values on a thread of its own, some ahead of who takes them.
///
/// The thread is a plain one: work on files and pictures blocks, which the cooperative pool must not.
package final class Prefetcher<Value: Sendable>: @unchecked Sendable {
    // All mutable state is guarded by `condition`.
    private let condition = NSCondition()
    private var ready: [Result<Value?, any Error>] = []
    private var isStopped = false
    private var isRunning = true
    private let ahead: Int

    /// Starts making values.
    ///
    /// - Parameters:
    ///   - ahead: how many may be ready or being made and not taken yet, at least 1.
    ///   - make: gives the next value, nil after the last; it is called on one thread only.
    package init(ahead: Int, _ make: @escaping @Sendable () throws -> Value?) {
        self.ahead = max(1, ahead)
        // The thread holds `self` until it ends, which `stop()` brings about.
        let thread = Thread { self.run(make) }
        thread.stackSize = 8 << 20
        thread.start()
    }

    /// The next value, nil after the last; waits until it is made.
    ///
    /// - Throws: what making it threw.
    package func next() throws -> Value? {
        condition.lock()
        defer { condition.unlock() }
        while ready.isEmpty && isRunning { condition.wait() }
        guard !ready.isEmpty else { return nil }
        let result = ready.removeFirst()
        condition.broadcast()
        return try result.get()
    }

    /// Makes no more values and waits until the thread has ended.
    package func stop() {
        condition.lock()
        isStopped = true
        condition.broadcast()
        while isRunning { condition.wait() }
        condition.unlock()
    }

    private func run(_ make: () throws -> Value?) {
        var goesOn = true
        while goesOn {
            // Nothing is begun that there is no room for: a value may be as large as a part of a model.
            condition.lock()
            while ready.count >= ahead && !isStopped { condition.wait() }
            let isStopped = isStopped
            condition.unlock()
            let result = isStopped ? .success(nil) : Result { try make() }
            if case .success(.some) = result { goesOn = true } else { goesOn = false }
            condition.lock()
            ready.append(result)
            if !goesOn { isRunning = false }
            condition.broadcast()
            condition.unlock()
        }
    }
}

/// Work on many items by several threads, which take the next item as they become free.
package enum ParallelWork {
    /// Calls `body` for every index below `count` and waits until all are done.
    package static func run(count: Int, threads: Int, _ body: @Sendable (Int) -> Void) {
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
    package static func map<Value: Sendable>(count: Int, threads: Int, _ body: @Sendable (Int) -> Value) -> [Value] {
        [Value](unsafeUninitializedCapacity: count) { buffer, initialized in
            // Every place is written by one thread only.
            nonisolated(unsafe) let places = buffer
            run(count: count, threads: threads) { places.initializeElement(at: $0, to: body($0)) }
            initialized = count
        }
    }
}
