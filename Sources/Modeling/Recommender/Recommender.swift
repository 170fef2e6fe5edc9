package import Datasets
public import Files
public import Torch

/// What is trained: an item tower, a user encoder and the loss that ties them.
public final class Recommender {
    /// From items to vectors.
    package let itemTower: any ItemTower
    /// From the vectors of a history to a user's vector.
    package let userEncoder: UserEncoder
    /// All trained tensors by name.
    package let parameters: Parameters
    /// Which candidates a row's target is compared with in training.
    package let objective: any Loss

    /// Joins a tower and an encoder that were made from `parameters`.
    package init(
        _ parameters: Parameters, itemTower: any ItemTower, userEncoder: UserEncoder, objective: any Loss = InBatchLoss()
    ) {
        self.parameters = parameters
        self.itemTower = itemTower
        self.userEncoder = userEncoder
        self.objective = objective
    }

    /// How many numbers training changes.
    public var trainableCount: Int { parameters.count }
    /// How many numbers a step computes with: those and the frozen ones of live encoders.
    public var totalCount: Int { parameters.count + itemTower.frozenCount }

    /// Where the model computes.
    package var device: Device { parameters.device }

    /// The vectors of users after the newest item of their histories.
    ///
    /// - Parameter itemVectors: the vectors of the whole catalogue [items, width].
    /// - Returns: [cases, width], in the batch's order of cases; zeros for a case without any input.
    package func userVectors(_ batch: EvaluationBatch, itemVectors: Tensor) -> Tensor {
        userEncoder.userVectors(batch, inputs: itemVectors.selecting(Tensor(batch.inputs, on: device)))
    }
}

extension UserEncoder {
    /// The vectors of users after the newest item of their histories.
    ///
    /// - Parameter inputs: the vectors of the batch's input items [rows, width].
    /// - Returns: [cases, width], in the batch's order of cases; zeros for a case without any input.
    package func userVectors(_ batch: EvaluationBatch, inputs: Tensor) -> Tensor {
        let device = inputs.device
        let rows = rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
        let outputs = self(inputs, rows)
        let newest = batch.positions.indices.filter { batch.positions[$0] == Int64(positions - 1) }
        let users = Tensor(newest.map { batch.users[$0] }, on: device)
        let vectors = Tensor.zeros([batch.userCount, inputs.size(1)], on: device)
        return vectors.replacing(users, with: outputs.selecting(Tensor(newest.map(Int64.init), on: device)))
    }
}

extension Recommender {
    /// A recommender with fresh parameters, drawn from the random state.
    ///
    /// - Parameters:
    ///   - itemCount: the size of the catalogue.
    ///   - trainedItems: the items that some training sequence holds, ascending, over which the losses `full` and `mixed` go; nil for all.
    ///   - states: the modalities' states; none for a method that reads none.
    ///   - positions: how many items of a history the user encoder sees (L).
    ///   - device: where it computes.
    /// - Throws: `UserError` for settings that cannot be built, and for a method that trains nothing.
    public static func make(
        _ options: RecommenderOptions, itemCount: Int, trainedItems: [Int32]? = nil, states: PerModality<any StateSource>,
        positions: Int, on device: Device
    ) throws -> Recommender {
        try make(
            options, itemCount: itemCount, trainedItems: trainedItems, states: states, positions: positions, on: device,
            dtype: .float32)
    }

    /// The same with parameters of another type: in float64 the plain forms compute, to tell rounding from mistakes.
    package static func make(
        _ options: RecommenderOptions, itemCount: Int, trainedItems: [Int32]? = nil, states: PerModality<any StateSource>,
        positions: Int, on device: Device, dtype: ElementType
    ) throws -> Recommender {
        guard options.method.isTrained else {
            throw UserError("\(options.method.rawValue) is not trained: it has no recommender", at: "method")
        }
        try options.check()
        let parameters = Parameters(.fresh, on: device, dtype: dtype)
        let itemTower = try itemTower(options, itemCount: itemCount, states: states, parameters)
        let userEncoder = try UserEncoder(
            parameters.scoped("user_encoder"), width: options.width, positions: positions, options.userEncoder)
        return Recommender(
            parameters, itemTower: itemTower, userEncoder: userEncoder,
            objective: options.loss.loss(over: trainedItems ?? Array(0..<Int32(itemCount))))
    }

    /// The item tower of a trained recommender; nothing is drawn from the random state.
    ///
    /// - Parameters:
    ///   - itemCount: the size of the catalogue that it was trained on; nil for items that came later, whose own vector, of a method with
    ///     a trained one of each item, is zero.
    ///   - states: the states of the items, of the layers that the recommender was trained on.
    ///   - weights: the recommender's checkpoint.
    /// - Throws: `UserError` when the checkpoint is of another model.
    package static func itemTower(
        _ options: RecommenderOptions, itemCount: Int?, states: PerModality<any StateSource>, _ weights: Weights,
        on device: Device
    ) throws -> any ItemTower {
        try itemTower(
            options, itemCount: itemCount, states: states, Parameters(.weights(weights), on: device, trained: false))
    }

    /// - Parameter itemCount: the size of the catalogue; nil for items that it does not have.
    private static func itemTower(
        _ options: RecommenderOptions, itemCount: Int?, states: PerModality<any StateSource>, _ parameters: Parameters
    ) throws -> any ItemTower {
        var sideNetworks = options.sideNetworks
        if options.method == .iisanVersa { sideNetworks.form = .versa }
        if options.method.hasSideNetworks {
            var problems = Problems()
            problems.add(sideNetworks.problems(states.mapValues { $0.shape }), below: "side_networks")
            try problems.check()
        }
        let parameters = parameters.scoped("item_tower")
        switch options.method {
        case .iisan, .iisanVersa:
            return try SideNetworkTower(
                parameters, states, sideNetworks, states: options.states, modalityDropout: options.modalityDropout,
                width: options.width)
        case .full, .adapter, .lora, .bitfit, .frozen, .idAndModality:
            let identities: LastStateTower.Identities =
                options.method != .idAndModality ? .none : itemCount.map { .trained(count: $0) } ?? .zero
            return try LastStateTower(
                parameters, states, identities, states: options.states, modalityDropout: options.modalityDropout,
                width: options.width)
        case .id:
            guard let itemCount else { throw UserError("id knows no items but those it was trained on", at: "method") }
            return try IdentityTower(parameters, itemCount: itemCount, width: options.width)
        case .popularity, .neighbours, .content, .closedForm:
            throw UserError("\(options.method.rawValue) is not trained: it has no item tower", at: "method")
        }
    }
}
