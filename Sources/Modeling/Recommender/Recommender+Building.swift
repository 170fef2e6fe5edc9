import Files
import Torch

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
