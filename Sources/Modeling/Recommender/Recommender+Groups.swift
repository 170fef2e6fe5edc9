import OrderedCollections
import Torch

extension Recommender {
    /// Adam's groups: `side_blocks` (blocks, gates and dimension transformations of the side networks), `encoders` (what is trained of
    /// live encoders, with adapters and low-rank maps) and `heads` (all else); those that have parameters.
    public func groups(heads: Double, sideBlocks: Double, encoders: Double) -> [Adam.Group] {
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
    public static func isStandIn(_ name: String) -> Bool {
        name == "item_tower.text.missing" || name == "item_tower.image.missing"
    }

    static func isSideBlock(_ name: String) -> Bool {
        guard name.hasPrefix("item_tower.") else { return false }
        return name.contains(".blocks.") || name.contains(".transforms.") || name.hasSuffix(".gates")
    }
}
