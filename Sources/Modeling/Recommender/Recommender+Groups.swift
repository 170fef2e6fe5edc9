import OrderedCollections
package import Torch

extension ParameterGroup {
    /// Blocks, gates and dimension transformations of the side networks.
    static let sideBlocks = ParameterGroup("side_blocks")
    /// What is trained of live encoders, with adapters and low-rank maps.
    static let encoders = ParameterGroup("encoders")
}

/// Which parameters weight decay is for, and how strong it is.
package enum WeightDecay: Sendable, Equatable {
    /// Every parameter has this λ.
    case all(Double)
    /// The matrices of linear maps and convolutions have this λ, all other parameters none.
    case matrices(Double)
}

extension Recommender {
    /// The optimiser's groups: `heads` (what no part declared to be of another group), `side_blocks` and `encoders`; those that have
    /// parameters.
    ///
    /// - Parameters:
    ///   - heads: the rate of the group, as `sideBlocks` and `encoders` are theirs.
    ///   - decay: where it is for matrices only, what has none is a group of its own behind the others of each.
    package func groups(
        heads: Double, sideBlocks: Double, encoders: Double, decay: WeightDecay = .all(0)
    ) -> [OptimizerGroup] {
        let rates = [
            (ParameterGroup.standard, "heads", heads), (.sideBlocks, "side_blocks", sideBlocks),
            (.encoders, "encoders", encoders),
        ]
        return rates.flatMap { group, name, rate in
            let own = parameters.all.filter { name, _ in
                let declared = parameters.group(of: name)
                precondition(rates.contains { $0.0 == declared }, "\(name) is of the group \(declared.name), which has no rate")
                return declared == group
            }
            switch decay {
            case .all(let decay): return [OptimizerGroup(name, own, rate: rate, weightDecay: decay)]
            case .matrices(let decay):
                let decayed = own.filter { parameters.decayed.contains($0.key) }
                let others = own.filter { !parameters.decayed.contains($0.key) }
                return [
                    OptimizerGroup(name, decayed, rate: rate, weightDecay: decay),
                    OptimizerGroup("\(name), without decay", others, rate: rate),
                ]
            }
        }.filter { !$0.parameters.isEmpty }
    }
}
