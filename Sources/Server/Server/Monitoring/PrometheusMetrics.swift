package import CoreMetrics
import Synchronization

/// Numbers that programs look at from outside, in the text format of Prometheus (0.0.4): a factory of swift-metrics that is handed to
/// whoever counts, and is installed nowhere.
///
/// Timers and recorders become histograms, in seconds and in plain numbers.
package final class PrometheusMetrics: MetricsFactory {
    /// A name with its labels.
    struct Key: Hashable {
        var name: String
        /// As they stand between the braces.
        var labels: String
    }

    private let help: [String: String]
    private let buckets: [String: [Double]]
    private let series = Mutex<[Key: Series]>([:])

    /// - Parameters:
    ///   - help: what the numbers are, by name.
    ///   - buckets: the bounds of histograms by name, rising; others have those of ``usualBuckets``.
    package init(help: [String: String] = [:], buckets: [String: [Double]] = [:]) {
        (self.help, self.buckets) = (help, buckets)
    }

    /// Bounds for durations from half a millisecond to ten seconds.
    package static let usualBuckets = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]

    private func series(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let labels = dimensions.map { "\(Self.name($0))=\"\(Self.escaped($1))\"" }.joined(separator: ",")
        let key = Key(name: Self.name(label), labels: labels)
        return series.withLock { all in
            if let known = all[key] { return known }
            let made = Series(kind, bounds: kind == .histogram ? buckets[key.name] ?? Self.usualBuckets : [])
            all[key] = made
            return made
        }
    }

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeFloatingPointCounter(label: String, dimensions: [(String, String)]) -> any FloatingPointCounterHandler {
        series(label, dimensions, .counter)
    }

    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        series(label, dimensions, .gauge)
    }

    package func makeRecorder(label: String, dimensions: [(String, String)], aggregate: Bool) -> any RecorderHandler {
        series(label, dimensions, aggregate ? .histogram : .gauge)
    }

    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        series(label, dimensions, .histogram)
    }

    package func destroyCounter(_ handler: any CounterHandler) { forget(handler) }
    package func destroyFloatingPointCounter(_ handler: any FloatingPointCounterHandler) { forget(handler) }
    package func destroyMeter(_ handler: any MeterHandler) { forget(handler) }
    package func destroyRecorder(_ handler: any RecorderHandler) { forget(handler) }
    package func destroyTimer(_ handler: any TimerHandler) { forget(handler) }

    /// Takes over a count that another has.
    func set(counter label: String, to value: Double) { series(label, [], .counter).set(value) }

    private func forget(_ handler: AnyObject) {
        series.withLock { all in all = all.filter { $0.value !== handler } }
    }

    /// All numbers as text.
    package var text: String {
        let all = series.withLock { $0 }
        var text = ""
        for (name, group) in Dictionary(grouping: all, by: \.key.name).sorted(by: { $0.key < $1.key }) {
            if let help = help[name] { text += "# HELP \(name) \(help)\n" }
            text += "# TYPE \(name) \(group[0].value.kind.rawValue)\n"
            for (key, series) in group.sorted(by: { $0.key.labels < $1.key.labels }) {
                series.write(name, key.labels, to: &text)
            }
        }
        return text
    }

    private static func name(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ":") ? $0 : "_" })
    }

    private static func escaped(_ text: String) -> String {
        text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }
}
