public import OrderedCollections

/// Adam (Kingma and Ba 2015), as one fused operation per group.
///
/// g' = g + λ p; m = β₁ m + (1 - β₁) g'; v = β₂ v + (1 - β₂) g'²; p -= rate · m̂ / (sqrt(v̂) + ε), with m̂ = m / (1 - β₁ᵗ),
/// v̂ = v / (1 - β₂ᵗ).
public final class Adam: Optimizer {
    /// The groups; their λ is added to the gradient as λ p.
    public let groups: [OptimizerGroup]
    private let moments: AdamMoments
    private static let forms = AdamForms("_fused_adam_")

    /// Makes an optimiser.
    ///
    /// - Parameters:
    ///   - betas: β₁ and β₂; 0.9 and 0.999 by default.
    ///   - epsilon: ε; 1e-8 by default.
    public init(_ groups: [OptimizerGroup], betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8) {
        self.groups = groups
        moments = AdamMoments(groups, betas: betas, epsilon: epsilon)
    }

    /// Changes every parameter that has a gradient by one step.
    public func update(rateFactor: Double) { moments.update(groups, by: Self.forms, rateFactor: rateFactor) }

    /// Changes every parameter that has a gradient by one step, by rates [groups] on the device.
    public func update(rates: Tensor) { moments.update(groups, by: Self.forms, rates: rates) }

    /// The moments and step counts, by parameter name and `.first`, `.second` or `.steps`.
    public var state: OrderedDictionary<String, Tensor> { moments.state }
}

/// AdamW: Adam with decoupled weight decay (Loshchilov and Hutter 2019), as one fused operation per group.
///
/// p -= rate · λ p; m = β₁ m + (1 - β₁) g; v = β₂ v + (1 - β₂) g²; p -= rate · m̂ / (sqrt(v̂) + ε), with m̂ and v̂ as ``Adam`` has them.
package final class AdamW: Optimizer {
    /// The groups; of a parameter rate · λ of itself is taken off in each step.
    package let groups: [OptimizerGroup]
    private let moments: AdamMoments
    private static let forms = AdamForms("_fused_adamw_")

    /// Makes an optimiser.
    ///
    /// - Parameters:
    ///   - betas: β₁ and β₂; 0.9 and 0.999 by default.
    ///   - epsilon: ε; 1e-8 by default.
    package init(_ groups: [OptimizerGroup], betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8) {
        self.groups = groups
        moments = AdamMoments(groups, betas: betas, epsilon: epsilon)
    }

    /// Changes every parameter that has a gradient by one step.
    package func update(rateFactor: Double) { moments.update(groups, by: Self.forms, rateFactor: rateFactor) }

    /// Changes every parameter that has a gradient by one step, by rates [groups] on the device.
    package func update(rates: Tensor) { moments.update(groups, by: Self.forms, rates: rates) }

    /// The moments and step counts, by parameter name and `.first`, `.second` or `.steps`.
    package var state: OrderedDictionary<String, Tensor> { moments.state }
}

/// The operators of a step: with the rate as a number, and as a tensor.
private struct AdamForms {
    let byNumber: Operator
    let byTensor: Operator

    init(_ name: String) {
        byNumber = Operator(name)
        byTensor = Operator(name, "tensor_lr")
    }
}

/// What Adam and AdamW keep of each parameter: the moments m and v, and how many steps it has made.
private final class AdamMoments {
    private let betas: (Double, Double)
    private let epsilon: Double
    private var entries: OrderedDictionary<String, Entry> = [:]

    private struct Entry {
        let first: Tensor
        let second: Tensor
        let steps: Tensor
    }

    private static let addToAllOperator = Operator("_foreach_add_", "Scalar")

    init(_ groups: [OptimizerGroup], betas: (Double, Double), epsilon: Double) {
        self.betas = betas
        self.epsilon = epsilon
        for (name, parameter) in groups.flatMap(\.parameters) {
            precondition(entries[name] == nil, "parameter \(name) is in two groups")
            let zeros = Tensor.zeros(parameter.shape, dtype: parameter.dtype, on: parameter.device)
            entries[name] = Entry(first: zeros, second: zeros.clone(), steps: .zeros([], on: parameter.device))
        }
    }

    /// One step of the parameters that have gradients, group by group.
    func update(_ groups: [OptimizerGroup], by forms: AdamForms, rateFactor: Double) {
        for group in groups { update(group, by: forms.byNumber, rate: .double(group.rate * rateFactor)) }
    }

    /// The same by rates [groups].
    func update(_ groups: [OptimizerGroup], by forms: AdamForms, rates: Tensor) {
        for (place, group) in groups.enumerated() { update(group, by: forms.byTensor, rate: .tensor(rates.selected(0, place))) }
    }

    private func update(_ group: OptimizerGroup, by step: Operator, rate: Operator.Argument) {
        withoutGradients {
            let moved = group.parameters.compactMap { name, parameter in
                parameter.gradient.map { (parameter, $0, entries[name]!) }
            }
            if moved.isEmpty { return }
            let steps = moved.map(\.2.steps)
            Self.addToAllOperator.run(.tensors(steps), .double(1))
            step.run(
                .tensors(moved.map(\.0)), .tensors(moved.map(\.1)), .tensors(moved.map(\.2.first)),
                .tensors(moved.map(\.2.second)), .tensors([]), .tensors(steps), rate,
                .double(betas.0), .double(betas.1), .double(group.weightDecay), .double(epsilon), .bool(false), .bool(false)
            )
        }
    }

    var state: OrderedDictionary<String, Tensor> {
        var all: OrderedDictionary<String, Tensor> = [:]
        for (name, entry) in entries {
            all["\(name).first"] = entry.first
            all["\(name).second"] = entry.second
            all["\(name).steps"] = entry.steps
        }
        return all
    }
}
