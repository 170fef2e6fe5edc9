public import OrderedCollections

/// What changes parameters by their gradients.
public protocol Optimizer: AnyObject {
    /// The parameters with their rates; each is in one group.
    var groups: [OptimizerGroup] { get }

    /// Changes every parameter that has a gradient by one step.
    ///
    /// - Parameter rateFactor: what the rate of every group is multiplied with, as a schedule says.
    func update(rateFactor: Double)

    /// The same by rates that lie on the parameters' device.
    ///
    /// - Parameter rates: each group's in this step, float32 [groups].
    func update(rates: Tensor)

    /// What is kept between steps, by parameter name and a suffix: what a checkpoint holds.
    var state: OrderedDictionary<String, Tensor> { get }
}

extension Optimizer {
    /// Changes every parameter that has a gradient by one step at the groups' rates.
    public func update() { update(rateFactor: 1) }

    /// Forgets the gradients of all parameters.
    public func clearGradients() {
        for group in groups { for parameter in group.parameters.values { parameter.clearGradient() } }
    }

    /// Puts the state back.
    ///
    /// - Throws: ``UserError`` when the checkpoint lacks a parameter's; then nothing was overwritten.
    package func load(_ weights: Weights) throws {
        let values = try state.map { ($0.value, try weights.tensor($0.key, shape: $0.value.shape)) }
        withoutGradients { for (tensor, value) in values { tensor.copy(from: value) } }
    }

    /// Makes the gradients shorter, all by one factor, where together they are longer than a bound; see ``GradientNorm/clip(_:to:)``.
    ///
    /// - Returns: the norm before, a scalar on the parameters' device; nil where no parameter has a gradient.
    @discardableResult
    package func clipGradients(to bound: Double) -> Tensor? {
        GradientNorm.clip(groups.flatMap { $0.parameters.values.compactMap(\.gradient) }, to: bound)
    }
}

/// Parameters that share their rate and weight decay.
public struct OptimizerGroup {
    /// What the group is called in messages.
    package var name: String
    /// The parameters by name.
    package var parameters: OrderedDictionary<String, Tensor>
    /// The learning rate.
    package var rate: Double
    /// λ; what it does is the optimiser's.
    package var weightDecay: Double

    /// Makes a group.
    public init(_ name: String, _ parameters: OrderedDictionary<String, Tensor>, rate: Double, weightDecay: Double = 0) {
        self.name = name
        self.parameters = parameters
        self.rate = rate
        self.weightDecay = weightDecay
    }
}
