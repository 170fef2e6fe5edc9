import Modeling
import Torch

/// The item tower in its plain form: block by block and map by map, as the mathematics is written.
final class PlainTower: ItemTower {
    private let tower: SideNetworkTower

    init(_ tower: SideNetworkTower) { self.tower = tower }

    var width: Int { tower.width }
    var isResident: Bool { tower.isResident }

    func vectors(of items: Tensor, training: Bool, part: ItemPart?) throws -> Tensor {
        try tower.stages(of: items, training: training).vectors
    }
}
