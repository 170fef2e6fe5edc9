import Datasets
import Files
import Metrics

extension Evaluator {
    /// The evaluation card of some ranks.
    public static func card(
        _ ranks: [TargetRank], split: Split, part: Split.Part, datasetHash: String, cutoffs: [Int] = [5, 10, 20],
        stop: StopToken? = nil
    ) -> EvaluationCard {
        let options = split.options
        let rule =
            switch options.kind {
            case .leaveLastTwo:
                "the last \(options.maximumItems) items of users with at least \(options.minimumItems); the last is the test target, "
                    + "the last but one the validation target, what is before trains"
            case .timestamp:
                "two points in time; the first item of a user from each on is a target, what is before the first trains"
            }
        return EvaluationCard(
            of: ranks,
            procedure: .init(
                split: part.rawValue, splitRule: rule, historyKept: options.inputLength,
                maskingRule: "the user's own earlier items",
                tieRule: "against us: every item with the target's score ranks before it", catalogueSize: split.itemCount,
                datasetHash: datasetHash),
            cutoffs: cutoffs, stop: stop)
    }
}
