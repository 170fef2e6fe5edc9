import ArgumentParser
import Files
import Foundation
import IISAN
import Metrics
import Server

/// `iisan promote`: a new run takes the place of the one that is served.
struct PromoteCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "promote",
        abstract: "Put a new run in the place of the one that is served, unless its validation is worse beyond noise.",
        discussion: """
            Compared is what the new run was selected by, HR@10 unless its settings say otherwise, on the validation targets of each: \
            user by user where both have the same, else as two samples. The new run is refused where the 95 % interval of the \
            difference lies below 0. Its copy then takes the place of the current run, which is kept beside it as CURRENT.previous-1 \
            or the next number, and the server of CURRENT, where one runs, answers from the new one on without losing a request.

              iisan promote runs/new --over runs/demo
            """)

    @Argument(help: ArgumentHelp("The new run's folder.", valueName: "run"), completion: .directory)
    var folder: String

    @Option(help: ArgumentHelp("The run that is served.", valueName: "run"), completion: .directory)
    var over: String

    @Option(help: "The metric that is compared, as HR@10 or NDCG@10.")
    var by: String?

    @Flag(help: "Put it in place though it is worse.")
    var evenIfWorse = false

    @OptionGroup var output: OutputOptions

    /// What became of it.
    struct Outcome: Encodable {
        var difference: RunDifference
        var previous: String
        /// The model that the server answers from now; nil where none runs.
        var serving: String?
    }

    func run() throws {
        let current = URL(filePath: over)
        let promotion = try Promotion(of: URL(filePath: folder), over: current, metric: by.map(Metric.named))
        let difference = promotion.difference
        guard evenIfWorse || !difference.isWorse else {
            throw UserError(
                "the new run is worse: \(Self.text(difference))", at: folder,
                remedy:
                    "Look at both with: iisan report \(folder) \(over) --compare. --even-if-worse puts it in place all the same."
            )
        }
        let previous = try promotion.carryOut()
        let serving = try Blocking.wait { try await ServerClient.reload(current) }
        let outcome = Outcome(difference: difference, previous: previous.path, serving: serving)
        try output.format.print(
            outcome,
            text: """
                \(Self.text(difference))
                \(folder) is in the place of \(over); the old run is \(previous.path)
                \(serving.map { "the server answers from \($0)" } ?? "no server of it runs")
                """)
    }

    private static func text(_ difference: RunDifference) -> String {
        func percent(_ share: Double?) -> String { String(format: "%.2f", 100 * (share ?? 0)) }
        return "\(difference.metric) \(percent(difference.first)) after \(percent(difference.second)) %, "
            + "difference \(percent(difference.difference.value)) "
            + "(\(percent(difference.difference.low)) to \(percent(difference.difference.high)), "
            + (difference.isPaired ? "user by user)" : "other users or targets)")
    }
}
