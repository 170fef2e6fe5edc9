import Files
import Foundation
import Torch

extension Ranks {
    /// Who is to blame for what the processes did not do together.
    enum Blame: Sendable {
        /// One that has said why it failed; in words.
        case somebody(String)
        /// Ranks whose counts do not grow any more, as this process has seen or another has said; in words.
        case silent([Int], String)
        /// All are alive and say nothing.
        case nobody
        /// The store does not answer.
        case store

        /// What is said of it.
        ///
        /// - Parameter reason: what LibTorch says, for where nobody can be named.
        func error(_ reason: String, _ place: Rendezvous) -> UserError {
            let problem =
                switch self {
                case .somebody(let problem), .silent(_, let problem): problem
                case .nobody: "the processes have lost each other: \(reason)"
                case .store:
                    place.isServed
                        ? "the launcher's store does not answer any more" : "rank 0, on \(place.host), does not answer any more"
                }
            return UserError(
                problem,
                remedy:
                    "Look whether all processes were started, each with its own rank, and start again: training continues from the "
                    + "last checkpoint.")
        }
    }

    /// Who is to blame for what the processes did not do together; the others are told.
    static func blamed(_ store: SharedStore, _ place: Rendezvous) -> Blame {
        // A store that is gone with its machine is not found out before its connection has timed out, minutes later.
        guard within(seconds: 2, { try? store.has("failed/0") }) != nil else { return .store }
        let blame = within(seconds: 10) { found(store, place) } ?? .store
        if case .silent(let ranks, let problem) = blame {
            let ranks = ranks.map(String.init).joined(separator: " ")
            _ = within(seconds: 2) { try? store.set("blames/\(place.rank)", to: "\(ranks):\(problem)") }
        }
        return blame
    }

    /// What the others say, or who of them has fallen silent; nil where the store does not answer.
    private static func found(_ store: SharedStore, _ place: Rendezvous) -> Blame? {
        let others = (0..<place.size).filter { $0 != place.rank }
        func host(_ rank: Int) -> String { (try? store.value(of: "place/\(rank)", timeout: 1)) ?? "an unknown machine" }
        func said() throws -> Blame? {
            for rank in others where try store.has("failed/\(rank)") {
                return .somebody(
                    "rank \(rank), on \(host(rank)), has failed: \(try store.value(of: "failed/\(rank)", timeout: 1))")
            }
            for rank in others where try store.has("blames/\(rank)") {
                let words = try store.value(of: "blames/\(rank)", timeout: 1).split(
                    separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard words.count == 2 else { continue }
                return .silent(words[0].split(separator: " ").compactMap { Int($0) }, String(words[1]))
            }
            return nil
        }
        do {
            if let blame = try said() { return blame }
            let before = try others.map { try store.add(0, to: Heartbeat.key($0)) }
            for _ in 0..<3 {
                Thread.sleep(forTimeInterval: Heartbeat.interval)
                if let blame = try said() { return blame }
            }
            let after = try others.map { try store.add(0, to: Heartbeat.key($0)) }
            let silent = zip(others, zip(before, after)).filter { $1.0 == $1.1 }.map(\.0)
            guard !silent.isEmpty else { return .nobody }
            let names = silent.map { "rank \($0), on \(host($0))," }.joined(separator: " ")
            return .silent(silent, "\(names) \(silent.count == 1 ? "does" : "do") not answer any more")
        } catch { return nil }
    }
}

/// The result of work on a thread of its own; nil when it takes longer.
func within<Result: Sendable>(seconds: Double, _ work: @escaping @Sendable () -> Result?) -> Result? {
    let box = ResultBox<Result>()
    let done = DispatchSemaphore(value: 0)
    Thread.detachNewThread {
        box.result = work()
        done.signal()
    }
    return done.wait(timeout: .now() + seconds) == .success ? box.result : nil
}

/// Written before the semaphore is signalled, and read after it.
final class ResultBox<Result>: @unchecked Sendable { var result: Result? }
