package import Datasets
import Files
import OrderedCollections
public import Torch

/// What is trained: an item tower, a user encoder and the loss that ties them.
public final class Recommender {
    /// From items to vectors.
    package let itemTower: any ItemTower
    /// From the vectors of a history to a user's vector.
    package let userEncoder: UserEncoder
    /// All trained tensors by name.
    package let parameters: Parameters

    /// Joins a tower and an encoder that were made from `parameters`.
    package init(_ parameters: Parameters, itemTower: any ItemTower, userEncoder: UserEncoder) {
        self.parameters = parameters
        self.itemTower = itemTower
        self.userEncoder = userEncoder
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
        let rows = userEncoder.rows(users: batch.users, positions: batch.positions, userCount: batch.userCount)
        let outputs = userEncoder(itemVectors.selecting(Tensor(batch.inputs, on: device)), rows)
        let newest = batch.positions.indices.filter { batch.positions[$0] == Int64(userEncoder.positions - 1) }
        let users = Tensor(newest.map { batch.users[$0] }, on: device)
        let vectors = Tensor.zeros([batch.userCount, itemVectors.size(1)], on: device)
        return vectors.replacing(users, with: outputs.selecting(Tensor(newest.map(Int64.init), on: device)))
    }
}

extension Recommender {
    /// A recommender with fresh parameters, drawn from the random state.
    ///
    /// - Parameters:
    ///   - itemCount: the size of the catalogue.
    ///   - text: the text states; nil without that modality or for a method that reads none.
    ///   - image: the image states, likewise.
    ///   - positions: how many items of a history the user encoder sees (L).
    ///   - device: where it computes.
    /// - Throws: `UserError` for settings that cannot be built, and for a method that trains nothing.
    public static func make(
        _ options: RecommenderOptions, itemCount: Int, text: (any StateSource)?, image: (any StateSource)?, positions: Int,
        on device: Device
    ) throws -> Recommender {
        guard options.method.isTrained else {
            throw UserError("\(options.method.rawValue) is not trained: it has no recommender", at: "method")
        }
        try options.check()
        var sideNetworks = options.sideNetworks
        if options.method == .iisanVersa { sideNetworks.form = .versa }
        if options.method.hasSideNetworks {
            var problems = Problems()
            problems.add(sideNetworks.problems(text: text?.shape, image: image?.shape), below: "side_networks")
            try problems.check()
        }
        let parameters = Parameters(on: device)
        let itemParameters = parameters.scoped("item_tower")
        let itemTower: any ItemTower
        switch options.method {
        case .iisan, .iisanVersa:
            itemTower = try SideNetworkTower(
                itemParameters, text: text, image: image, sideNetworks, modalityDropout: options.modalityDropout,
                width: options.width)
        case .full, .adapter, .lora, .bitfit, .frozen, .idAndModality:
            itemTower = try LastStateTower(
                itemParameters, text: text, image: image, itemCount: options.method == .idAndModality ? itemCount : nil,
                modalityDropout: options.modalityDropout, width: options.width)
        case .id:
            itemTower = try IdentityTower(itemParameters, itemCount: itemCount, width: options.width)
        case .popularity:
            preconditionFailure("a method that is not trained was refused above")
        }
        let userEncoder = try UserEncoder(
            parameters.scoped("user_encoder"), width: options.width, positions: positions, options.userEncoder)
        return Recommender(parameters, itemTower: itemTower, userEncoder: userEncoder)
    }
}

extension Recommender {
    /// Adam's groups: `side_blocks` (blocks, gates and dimension transformations of the side networks), `encoders` (what is trained of
    /// live encoders, with adapters and low-rank maps) and `heads` (all else); those that have parameters.
    package func groups(heads: Double, sideBlocks: Double, encoders: Double) -> [Adam.Group] {
        var parts = (
            heads: OrderedDictionary<String, Tensor>(), sideBlocks: OrderedDictionary<String, Tensor>(),
            encoders: OrderedDictionary<String, Tensor>()
        )
        for (name, parameter) in parameters.all {
            if Self.isOfEncoder(name) {
                parts.encoders[name] = parameter
            } else if Self.isSideBlock(name) {
                parts.sideBlocks[name] = parameter
            } else {
                parts.heads[name] = parameter
            }
        }
        return [
            Adam.Group("heads", parts.heads, rate: heads), Adam.Group("side_blocks", parts.sideBlocks, rate: sideBlocks),
            Adam.Group("encoders", parts.encoders, rate: encoders),
        ].filter { !$0.parameters.isEmpty }
    }

    private static func isOfEncoder(_ name: String) -> Bool {
        ["encoder", "adapters", "low_rank"].contains { part in
            ["text", "image"].contains { name.hasPrefix("item_tower.\($0).\(part).") }
        }
    }

    /// Whether a parameter stands in for the states of items that lack a modality.
    package static func isStandIn(_ name: String) -> Bool {
        name == "item_tower.text.missing" || name == "item_tower.image.missing"
    }

    static func isSideBlock(_ name: String) -> Bool {
        guard name.hasPrefix("item_tower.") else { return false }
        return name.contains(".blocks.") || name.contains(".transforms.") || name.hasSuffix(".gates")
    }
}
