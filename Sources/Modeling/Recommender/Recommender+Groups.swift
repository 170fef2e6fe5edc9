import OrderedCollections
import Torch

extension Recommender {
    /// Adam's two groups: `side_blocks` (blocks, gates and dimension transformations of the side networks) and `heads` (all else).
    public func groups(heads: Double, sideBlocks: Double) -> [Adam.Group] {
        var parts: (heads: OrderedDictionary<String, Tensor>, sideBlocks: OrderedDictionary<String, Tensor>) = ([:], [:])
        for (name, parameter) in parameters.all {
            if Self.isSideBlock(name) { parts.sideBlocks[name] = parameter } else { parts.heads[name] = parameter }
        }
        return [
            Adam.Group("heads", parts.heads, rate: heads), Adam.Group("side_blocks", parts.sideBlocks, rate: sideBlocks),
        ].filter { !$0.parameters.isEmpty }
    }

    static func isSideBlock(_ name: String) -> Bool {
        guard name.hasPrefix("item_tower.") else { return false }
        return name.contains(".blocks.") || name.contains(".transforms.") || name.hasSuffix(".gates")
    }
}
