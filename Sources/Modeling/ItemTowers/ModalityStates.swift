import Torch

/// The hidden states of a modality as an item tower reads them: a learned stand-in takes the place of those that are missing.
///
/// states = present ? H : M, with M [layers, width] trained from zero. M exists where some item lacks the modality, or where modality
/// dropout leaves it out while training.
struct ModalityStates {
    /// Where the states come from.
    let source: any StateSource
    private let missing: Tensor?
    private let present: Tensor?  // [catalogue]

    /// Asks for `missing` [layers, width] where it is needed, and takes over what the source trains.
    init(_ parameters: Parameters, _ source: any StateSource, isDropped: Bool) throws {
        self.source = source
        let present = source.presence.map { $0.allSatisfy { $0 } ? nil : Tensor($0, on: parameters.device) } ?? nil
        self.present = present
        missing =
            present != nil || isDropped
            ? try parameters("missing", [source.shape.layers.count, source.shape.width], .zeros) : nil
        for (name, tensor) in source.trained { parameters.adopt(tensor, as: name) }
    }

    /// The width and kept layers.
    var shape: ModalityShape { source.shape }

    /// Which of some items have the modality: [items]; nil where all have it.
    func presence(of items: Tensor) -> Tensor? { present.map { $0.selecting(items.to($0.device)) } }

    /// The states of items.
    ///
    /// - Parameter dropped: which of the items count as missing although they have the modality [items]; nil for none.
    func states(of items: Tensor, dropped: Tensor?, training: Bool) throws -> StateRows {
        let states = try source.states(of: items, training: training)
        guard let missing else { return states }
        let known: Tensor
        switch (presence(of: items), dropped) {
        case (nil, nil): return states
        case (let present?, nil): known = present
        case (nil, let dropped?): known = dropped.not()
        case (let present?, let dropped?): known = present.and(dropped.not())
        }
        return StateRows(states.dense.kept(where: known.reshaped([-1, 1, 1]), otherwise: missing))
    }
}
