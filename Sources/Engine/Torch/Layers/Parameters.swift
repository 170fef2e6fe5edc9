import Files
public import OrderedCollections

/// The named tensors of a model, as its layers ask for them.
///
/// A layer asks by name and shape when it is made. The tensors come from a checkpoint, where names and shapes are checked, or are
/// fresh. So the names are the checkpoint's own keys, and a model is never half loaded.
public final class Parameters {
    /// Where tensors come from.
    package enum Source {
        /// Drawn as each layer says, to be trained.
        case fresh
        /// Read from files.
        case weights(Weights)
        /// Read from files before.
        case loaded(LoadedTensors)
        /// Shapes alone, as the files have them: tensors without memory, to see what a model would ask for.
        case shapes(of: Weights)
    }

    /// All tensors asked for so far, by full name, in that order.
    public var all: OrderedDictionary<String, Tensor> { shared.tensors }
    /// What a model computes with and keeps in its checkpoint beside ``all``, and never trains.
    package var constants: OrderedDictionary<String, Tensor> { shared.constants }
    /// The full names of those that weight decay is for.
    package var decayed: Set<String> { shared.decayed }
    /// Where the tensors live.
    package var device: Device { shared.device }
    /// The tensors' type.
    package var dtype: ElementType { shared.dtype }

    private let shared: Shared
    private let prefix: String
    private let group: ParameterGroup

    /// Starts an empty set of fresh tensors that are trained.
    ///
    /// - Parameter device: where they are put.
    public convenience init(on device: Device = .cpu) { self.init(.fresh, on: device) }

    /// Starts an empty set.
    ///
    /// - Parameters:
    ///   - source: where tensors come from.
    ///   - device: where they are put.
    ///   - dtype: the type they are converted to.
    ///   - trained: whether gradients are recorded for them.
    package convenience init(_ source: Source, on device: Device = .cpu, dtype: ElementType = .float32, trained: Bool = true) {
        self.init(source, on: device, dtype: dtype) { _ in trained }
    }

    /// Starts an empty set of which some tensors are trained.
    ///
    /// - Parameter isTrained: whether gradients are recorded for the tensor of a full name. What comes from a file is then copied, because
    ///   it is written to.
    package init(
        _ source: Source, on device: Device, dtype: ElementType = .float32, isTrained: @escaping (String) -> Bool
    ) {
        shared = Shared(source: source, device: device, dtype: dtype, isTrained: isTrained)
        prefix = ""
        group = .standard
    }

    private init(_ shared: Shared, prefix: String, group: ParameterGroup) {
        self.shared = shared
        self.prefix = prefix
        self.group = group
    }

    /// The part of the names that start with `name.`.
    ///
    /// - Parameter group: the group of what is asked for there; by default that of this part.
    package func scoped(_ name: String, group: ParameterGroup? = nil) -> Parameters {
        Parameters(shared, prefix: "\(prefix)\(name).", group: group ?? self.group)
    }

    /// The part for an element of a list, as in `blocks.3.`.
    package func scoped(_ name: String, _ index: Int) -> Parameters { scoped("\(name).\(index)") }

    /// The same part of the names, in another group.
    package func grouped(_ group: ParameterGroup) -> Parameters { Parameters(shared, prefix: prefix, group: group) }

    /// The group of a tensor by its full name; the standard one of a name that nobody asked for.
    package func group(of name: String) -> ParameterGroup { shared.groups[name] ?? .standard }

    /// The tensor of a name below this part; the same one when it is asked for again.
    ///
    /// - Parameter decays: whether weight decay is for it: for the matrices of linear maps and convolutions, not for biases, norms, gates
    ///   and tables.
    /// - Throws: ``UserError`` when the checkpoint lacks it or has it in another shape.
    package func callAsFunction(
        _ name: String, _ shape: [Int], _ initializer: Initializer, decays: Bool = false
    ) throws -> Tensor {
        let tensor = try tensor(name, shape, initializer, dtype: shared.dtype)
        if decays { shared.decayed.insert(prefix + name) }
        return tensor
    }

    /// The same for a table of which few rows are read: unless it is trained it keeps the type that the file has, so that it costs no
    /// memory but the pages read.
    ///
    /// - Throws: ``UserError`` as for any other tensor.
    package func table(_ name: String, _ shape: [Int], _ initializer: Initializer) throws -> Tensor {
        try tensor(name, shape, initializer, dtype: shared.isTrained(prefix + name) ? shared.dtype : nil)
    }

    /// A tensor that the checkpoint holds and training never changes: it is none of ``all`` and has no gradient.
    ///
    /// - Throws: ``UserError`` as for any other tensor.
    package func constant(_ name: String, _ shape: [Int], _ initializer: Initializer) throws -> Tensor {
        let constants = Parameters(
            Shared(source: shared.source, device: shared.device, dtype: shared.dtype) { _ in false }, prefix: prefix,
            group: group)
        let tensor = try constants(name, shape, initializer)
        shared.constants[prefix + name] = tensor
        return tensor
    }

    /// Takes in a tensor that was made elsewhere, so that it is trained and kept with the others.
    ///
    /// - Parameter decays: whether weight decay is for it.
    package func adopt(_ tensor: Tensor, as name: String, decays: Bool) {
        let full = prefix + name
        precondition(shared.tensors[full] == nil, "parameter \(full) is there already")
        shared.tensors[full] = tensor
        shared.groups[full] = group
        if decays { shared.decayed.insert(full) }
    }

    /// Declares that a checkpoint may lack the tensor of a name below this part, which then stays as it is, or have it although nobody
    /// asked for it.
    package func allowMissing(_ name: String) { shared.optional.insert(prefix + name) }

    private func tensor(_ name: String, _ shape: [Int], _ initializer: Initializer, dtype: ElementType?) throws -> Tensor {
        let full = prefix + name
        if let known = shared.tensors[full] {
            precondition(known.shape == shape, "parameter \(full) is asked for as \(shape) and is \(known.shape)")
            return known
        }
        shared.groups[full] = group
        let made: Tensor
        switch shared.source {
        case .fresh: made = initializer.fill(shape)
        case .weights(let weights): made = try weights.parameter(full, shape: shape)
        case .loaded(let tensors): made = try tensors.tensor(full, shape: shape)
        case .shapes(let weights):
            // The first that is missing ends it: a configuration may claim millions of blocks. Asking gives the error that says what is wrong.
            if !weights.hasParameter(full, shape: shape) { _ = try weights.parameter(full, shape: shape) }
            let dtype = dtype ?? weights.dtype(of: full) ?? shared.dtype
            shared.tensors[full] = Tensor.zeros([], dtype: dtype).expanded(shape)
            return shared.tensors[full] ?? .zeros([])
        }
        let same = made.to(dtype ?? made.dtype).to(shared.device)
        let placed = shared.isTrained(full) ? same.writable() : same
        placed.requiresGradient = shared.isTrained(full)
        shared.tensors[full] = placed
        return placed
    }

    /// Whether the checkpoint has a tensor of this name below this part; fresh parameters have every name.
    package func has(_ name: String) -> Bool {
        switch shared.source {
        case .fresh: true
        case .weights(let weights), .shapes(let weights): weights.has(prefix + name)
        case .loaded(let tensors): tensors.has(prefix + name)
        }
    }

    /// How many numbers all tensors hold together.
    package var count: Int { shared.tensors.values.reduce(0) { $0 + $1.count } }

    /// Overwrites every tensor, constants included, with that of the same name.
    ///
    /// - Throws: ``UserError`` when a name is missing, one is too many or a shape differs, but for ``allowMissing(_:)``; then nothing was
    ///   overwritten.
    package func load(_ weights: Weights) throws {
        let optional = shared.optional
        let all = shared.tensors.merging(shared.constants) { one, _ in one }
        if let extra = weights.names.sorted().first(where: { all[$0] == nil && !optional.contains($0) }) {
            throw UserError(
                "tensor \"\(extra)\" belongs to no part of this model", at: weights.place,
                remedy: "The checkpoint was written with other settings of the model.")
        }
        let loaded = all.filter { weights.has($0.key) || !optional.contains($0.key) }
        let values = try loaded.map { try weights.tensor($0.key, shape: $0.value.shape) }
        withoutGradients {
            for (tensor, value) in zip(loaded.values, values) { tensor.copy(from: value) }
        }
    }

    private final class Shared {
        let source: Source
        let device: Device
        let dtype: ElementType
        let isTrained: (String) -> Bool
        var tensors: OrderedDictionary<String, Tensor> = [:]
        var constants: OrderedDictionary<String, Tensor> = [:]
        var groups: [String: ParameterGroup] = [:]
        var decayed: Set<String> = []
        var optional: Set<String> = []

        init(source: Source, device: Device, dtype: ElementType, isTrained: @escaping (String) -> Bool) {
            self.source = source
            self.device = device
            self.dtype = dtype
            self.isTrained = isTrained
        }
    }
}

/// Which parameters an optimiser treats alike; declared by the part of a model that asks for them.
package struct ParameterGroup: Hashable, Sendable {
    /// What the group is called in messages.
    package let name: String

    /// Names a group.
    package init(_ name: String) { self.name = name }

    /// What no part of the model declared to be of another group.
    package static let standard = ParameterGroup("standard")
}
