package import OrderedCollections

/// An exponential moving average of parameters over the steps of a training.
///
/// After step t, from 0: a = d a + (1 - d) p, with d = min(decay, (1 + t) / (10 + t)) and a = p before the first step, so that the start
/// does not weigh on the average of a short training.
package final class ParameterAverage {
    /// The averages by the parameters' names.
    package let values: OrderedDictionary<String, Tensor>
    private let parameters: OrderedDictionary<String, Tensor>
    private let decay: Double
    private static let mixOperator = Operator("_foreach_lerp_", "Scalar")
    private static let differencesOperator = Operator("_foreach_sub", "List")
    private static let multiplyAllOperator = Operator("_foreach_mul_", "Tensor")
    private static let addAllOperator = Operator("_foreach_add_", "List")

    /// Starts at the parameters as they are.
    ///
    /// - Parameter decay: d, above 0 and below 1.
    package init(of parameters: OrderedDictionary<String, Tensor>, decay: Double) {
        precondition(0 < decay && decay < 1, "a decay of \(decay)")
        self.parameters = parameters
        self.decay = decay
        values = withoutGradients { parameters.mapValues { $0.clone() } }
    }

    /// Starts again at the parameters as they are.
    package func restart() {
        withoutGradients { for (value, parameter) in zip(values.values, parameters.values) { value.copy(from: parameter) } }
    }

    /// Takes in the parameters after a step.
    ///
    /// - Parameter step: its number t in the training, from 0.
    package func update(step: Int) {
        withoutGradients {
            Self.mixOperator.run(
                .tensors(Array(values.values)), .tensors(Array(parameters.values)), .double(share(step: step)))
        }
    }

    /// What the parameters count after a step: 1 - d.
    package func share(step: Int) -> Double { 1 - min(decay, Double(1 + step) / Double(10 + step)) }

    /// Takes in the parameters by a ``share(step:)`` that lies on their device, a scalar.
    package func update(share: Tensor) {
        withoutGradients {
            let (own, values) = (Array(parameters.values), Array(values.values))
            let changes = Self.differencesOperator.all(.tensors(own), .tensors(values), capacity: own.count).compactMap { $0 }
            Self.multiplyAllOperator.run(.tensors(changes), .tensor(share))
            Self.addAllOperator.run(.tensors(values), .tensors(changes))
        }
    }

    /// Runs `body` with the averages in the parameters' place.
    package func exchanged<Result>(_ body: () throws -> Result) rethrows -> Result {
        let own = withoutGradients { parameters.values.map { $0.clone() } }
        withoutGradients { for (parameter, value) in zip(parameters.values, values.values) { parameter.copy(from: value) } }
        defer { withoutGradients { for (parameter, value) in zip(parameters.values, own) { parameter.copy(from: value) } } }
        return try body()
    }
}
