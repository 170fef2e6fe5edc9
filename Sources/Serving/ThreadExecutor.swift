import Foundation

/// One thread of its own, on which an actor that holds tensors does all its work.
///
/// Operations on tensors block for as long as they take, and what belongs to a thread (recording of gradients, errors of LibTorch) has to
/// stay on one; the cooperative pool promises neither.
package final class ThreadExecutor: SerialExecutor {
    private let queue = Queue()

    /// Jobs that wait, and a thread that sleeps until there are some.
    private final class Queue: @unchecked Sendable {
        private let condition = NSCondition()
        private var jobs: [(job: UnownedJob, executor: UnownedSerialExecutor)] = []
        private var isClosed = false

        func add(_ job: UnownedJob, _ executor: UnownedSerialExecutor) {
            condition.withLock {
                jobs.append((job, executor))
                condition.signal()
            }
        }

        func close() {
            condition.withLock {
                isClosed = true
                condition.signal()
            }
        }

        /// The jobs that wait, as soon as there are some; none once it is closed.
        func next() -> [(job: UnownedJob, executor: UnownedSerialExecutor)] {
            condition.withLock {
                while jobs.isEmpty, !isClosed { condition.wait() }
                defer { jobs = [] }
                return jobs
            }
        }
    }

    /// Starts the thread, which ends with the executor.
    package init(name: String) {
        let thread = Thread { [queue] in
            while true {
                let jobs = queue.next()
                if jobs.isEmpty { return }
                for (job, executor) in jobs { job.runSynchronously(on: executor) }
            }
        }
        thread.name = name
        // LibTorch's and Foundation's frames together come near the half megabyte that a thread otherwise has on some systems.
        thread.stackSize = 8 << 20
        thread.start()
    }

    deinit { queue.close() }

    /// Puts a job at the end of the thread's line.
    package func enqueue(_ job: consuming ExecutorJob) { queue.add(UnownedJob(job), asUnownedSerialExecutor()) }
}
