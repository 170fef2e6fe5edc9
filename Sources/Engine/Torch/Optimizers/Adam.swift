import Files
public import OrderedCollections

/// Adam (Kingma and Ba 2015), or with `decoupled` AdamW (Loshchilov and Hutter 2019), as one fused operation per group.
///
/// m = β₁ m + (1 - β₁) g; v = β₂ v + (1 - β₂) g²; p -= rate · m̂ / (sqrt(v̂) + ε), with m̂ = m / (1 - β₁ᵗ), v̂ = v / (1 - β₂ᵗ).
public final class Adam {
    /// Parameters that share their settings.
    public struct Group {
        /// What the group is called in events and checkpoints.
        package var name: String
        /// The parameters by name.
        package var parameters: OrderedDictionary<String, Tensor>
        /// The learning rate; may be changed between steps.
        package var rate: Double
        /// λ: added to the gradient as λ p, or, when decoupled, taken off the parameter as rate · λ p.
        package var weightDecay: Double

        /// Makes a group.
        public init(_ name: String, _ parameters: OrderedDictionary<String, Tensor>, rate: Double, weightDecay: Double = 0) {
            self.name = name
            self.parameters = parameters
            self.rate = rate
            self.weightDecay = weightDecay
        }
    }

    /// The groups.
    package var groups: [Group]
    private let betas: (Double, Double)
    private let epsilon: Double
    private let step: Operator
    private var states: OrderedDictionary<String, State> = [:]

    private struct State {
        let first: Tensor
        let second: Tensor
        let steps: Tensor
    }

    private static let addToAllOperator = Operator("_foreach_add_", "Scalar")

    /// Makes an optimiser.
    ///
    /// - Parameters:
    ///   - betas: β₁ and β₂; 0.9 and 0.999 by default.
    ///   - epsilon: ε; 1e-8 by default.
    ///   - decoupled: AdamW's weight decay instead of Adam's.
    public init(_ groups: [Group], betas: (Double, Double) = (0.9, 0.999), epsilon: Double = 1e-8, decoupled: Bool = false) {
        self.groups = groups
        self.betas = betas
        self.epsilon = epsilon
        step = Operator(decoupled ? "_fused_adamw_" : "_fused_adam_")
        for (name, parameter) in groups.flatMap(\.parameters) {
            precondition(states[name] == nil, "parameter \(name) is in two groups")
            let zeros = Tensor.zeros(parameter.shape, dtype: parameter.dtype, on: parameter.device)
            states[name] = State(first: zeros, second: zeros.clone(), steps: .zeros([], on: parameter.device))
        }
    }

    /// Changes every parameter that has a gradient by one step.
    public func update() {
        withoutGradients {
            for group in groups {
                let moved = group.parameters.compactMap { name, parameter in
                    parameter.gradient.map { (parameter, $0, states[name]!) }
                }
                if moved.isEmpty { continue }
                let steps = moved.map(\.2.steps)
                Self.addToAllOperator.run(.tensors(steps), .double(1))
                step.run(
                    .tensors(moved.map(\.0)), .tensors(moved.map(\.1)), .tensors(moved.map(\.2.first)),
                    .tensors(moved.map(\.2.second)), .tensors([]), .tensors(steps), .double(group.rate),
                    .double(betas.0), .double(betas.1), .double(group.weightDecay), .double(epsilon), .bool(false), .bool(false)
                )
            }
        }
    }

    /// Forgets the gradients of all parameters.
    public func clearGradients() {
        for group in groups { for parameter in group.parameters.values { parameter.clearGradient() } }
    }

    /// The moments and step counts, by parameter name and `.first`, `.second` or `.steps`: what a checkpoint keeps.
    package var state: OrderedDictionary<String, Tensor> {
        var all: OrderedDictionary<String, Tensor> = [:]
        for (name, state) in states {
            all["\(name).first"] = state.first
            all["\(name).second"] = state.second
            all["\(name).steps"] = state.steps
        }
        return all
    }

    /// Puts moments and step counts back.
    ///
    /// - Throws: ``UserError`` when the checkpoint lacks a parameter's; then nothing was overwritten.
    package func load(_ weights: Weights) throws {
        let values = try state.map { ($0.value, try weights.tensor($0.key, shape: $0.value.shape)) }
        withoutGradients { for (tensor, value) in values { tensor.copy(from: value) } }
    }
}
