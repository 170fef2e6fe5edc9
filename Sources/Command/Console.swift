import Foundation
import IISAN
import Metrics

/// What a person sees on standard error while work continues: a bar with rate and time left, or plain lines where it is no terminal.
///
/// Used from one thread.
final class Console {
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private let stop: StopToken
    private var task = ""
    private var started = Date()
    private var startedAt = 0
    private var shown = Date.distantPast
    private var barIsShown = false

    /// Seconds between two plain lines.
    private static let lineInterval = 10.0
    /// Seconds between two states of the bar.
    private static let barInterval = 0.1
    /// Work shorter than this shows nothing.
    private static let patience = 1.0

    /// Shows progress; with `stoppable` the first Ctrl-C asks the work to stop at a safe point instead of ending the program.
    init(stoppable: Bool = false) { stop = stoppable ? Interrupt.watched() : StopToken() }

    /// The observer that shows here what stages report, and stops them at the first Ctrl-C.
    var observer: Pipeline.Observer {
        var observer = Pipeline.Observer(stop: stop)
        observer.onProgress = { self.show($0) }
        observer.onMessage = { self.message($0) }
        observer.onEpoch = { self.epoch($0) }
        return observer
    }

    /// Prints a line.
    func message(_ text: String) {
        clear()
        Output.tell(text)
    }

    private func epoch(_ event: TrainingEvent) {
        let metrics = event.validation.metrics.entries.map { metric, found in
            "\(metric.name) " + String(format: "%6.2f ", metric.unit.scale * found.value) + metric.unit.symbol
        }
        message(
            String(format: "epoch %3d  loss %.4f", event.epoch, event.loss)
                + "  validation \(metrics.joined(separator: "  "))"
                + String(format: "  %.1f s", event.seconds) + (event.isBest ? "  best" : ""))
    }

    private func show(_ progress: WorkProgress) {
        let now = Date()
        if progress.task != task {
            clear()
            (task, started, startedAt, shown) = (progress.task, now, progress.done, now)
            return
        }
        let isLast = progress.done == progress.total
        guard now.timeIntervalSince(started) >= Self.patience,
            now.timeIntervalSince(shown) >= (isTerminal ? Self.barInterval : Self.lineInterval)
        else {
            if isLast { clear() }
            return
        }
        shown = now
        let line = describe(progress, seconds: now.timeIntervalSince(started))
        if isTerminal {
            Output.draw("\r\u{1B}[K\(line.showingControls)")
            barIsShown = true
            if isLast { clear() }
        } else {
            Output.tell(line)
        }
    }

    private func describe(_ progress: WorkProgress, seconds: Double) -> String {
        let rate = Double(progress.done - startedAt) / max(seconds, 1e-3)
        let speed = String(format: rate >= 100 ? "%.0f" : "%.1f", rate) + " \(progress.unit)/s"
        guard let total = progress.total, total > 0 else {
            return "\(progress.task)  \(progress.done) \(progress.unit)  \(speed)"
        }
        let share = min(1, max(0, Double(progress.done) / Double(total)))
        let width = 24
        let filled = Int(share * Double(width))
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: width - filled)
        let left = rate > 0 ? Self.duration(Double(total - progress.done) / rate) : "?"
        return
            "\(progress.task)  \(isTerminal ? bar + "  " : "")\(progress.done)/\(total) \(progress.unit)  \(speed)  \(left) left"
    }

    private static func duration(_ seconds: Double) -> String {
        let seconds = Int(min(1e9, max(0, seconds)).rounded(.up))
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }

    private func clear() {
        guard barIsShown else { return }
        Output.draw("\r\u{1B}[K")
        barIsShown = false
    }
}
