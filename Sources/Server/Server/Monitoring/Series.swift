import CoreMetrics
import Synchronization

/// One number with its labels, or one histogram.
final class Series: CounterHandler, FloatingPointCounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    /// What is done with values.
    enum Kind: String {
        /// They are added.
        case counter
        /// The last one stays.
        case gauge
        /// They are counted by their sizes.
        case histogram
    }

    let kind: Kind
    private let bounds: [Double]
    private let state: Mutex<State>

    private struct State {
        var value = 0.0
        /// Values by the first bound that they do not exceed; the last entry is of those beyond all bounds.
        var counts: [Int]
    }

    init(_ kind: Kind, bounds: [Double]) {
        (self.kind, self.bounds) = (kind, bounds)
        state = Mutex(State(counts: Array(repeating: 0, count: bounds.count + 1)))
    }

    func increment(by amount: Int64) { increment(by: Double(amount)) }
    func increment(by amount: Double) { state.withLock { $0.value += amount } }
    func decrement(by amount: Double) { increment(by: -amount) }
    func reset() { state.withLock { $0.value = 0 } }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func record(_ value: Int64) { record(Double(value)) }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }

    func record(_ value: Double) {
        guard kind == .histogram else { return set(value) }
        let place = bounds.firstIndex { value <= $0 } ?? bounds.count
        state.withLock {
            $0.counts[place] += 1
            $0.value += value
        }
    }

    /// Writes its lines.
    func write(_ name: String, _ labels: String, to text: inout String) {
        let state = state.withLock { $0 }
        let own = labels.isEmpty ? "" : "{\(labels)}"
        guard kind == .histogram else {
            text += "\(name)\(own) \(state.value)\n"
            return
        }
        let before = labels.isEmpty ? "" : "\(labels),"
        var total = 0
        for (count, bound) in zip(state.counts, bounds.map { "\($0)" } + ["+Inf"]) {
            total += count
            text += "\(name)_bucket{\(before)le=\"\(bound)\"} \(total)\n"
        }
        text += "\(name)_sum\(own) \(state.value)\n\(name)_count\(own) \(total)\n"
    }
}
