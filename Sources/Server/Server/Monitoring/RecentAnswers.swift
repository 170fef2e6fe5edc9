import Synchronization

/// How long the last answers took, for people; monitors read the histograms.
final class RecentAnswers: Sendable {
    /// The answers whose times are kept.
    private static let kept = 1000

    private let state = Mutex(State())

    private struct State {
        /// Seconds; the oldest is replaced next.
        var seconds: [Double] = []
        var next = 0
    }

    /// Notes one.
    func note(_ seconds: Double) {
        state.withLock {
            if $0.seconds.count < Self.kept { $0.seconds.append(seconds) } else { $0.seconds[$0.next] = seconds }
            $0.next = ($0.next + 1) % Self.kept
        }
    }

    /// How long they took, in seconds.
    var latency: Latency { Latency(state.withLock { $0.seconds }) }

    /// How long some answers took, in seconds.
    struct Latency: Sendable, Equatable {
        /// How many they are.
        var count: Int
        /// Half of them took no longer; 0 without answers.
        var median: Double
        /// 99 of 100 took no longer; 0 without answers.
        var slow: Double

        init(_ seconds: [Double]) {
            let sorted = seconds.sorted()
            func quantile(_ share: Double) -> Double {
                guard !sorted.isEmpty else { return 0 }
                return sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
            }
            (count, median, slow) = (sorted.count, quantile(0.5), quantile(0.99))
        }
    }
}
