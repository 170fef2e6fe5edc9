package import Files
import OrderedCollections
import Torch

/// The states of an item tower's modalities, with modality dropout between them.
///
/// While training, an item loses each of its modalities with probability p, at most one of them, and never the only one that it has. So
/// the model learns what to make of an item that lacks one.
struct ItemStates {
    private let modalities: PerModality<ModalityStates>
    private let dropout: Double
    private let device: Device

    /// Asks for what the modalities need, each below its name.
    ///
    /// - Throws: ``UserError`` for a probability that makes no sense or no modality at all.
    init(
        _ parameters: Parameters, _ sources: PerModality<any StateSource>, scaling: StateScaling = .raw, dropout: Double
    ) throws {
        let most = 1 / Double(Swift.max(2, sources.count))
        guard (0...most).contains(dropout) else {
            throw UserError(
                "is \(dropout), expected 0 to \(sources.count > 2 ? "1/\(sources.count)" : "0.5")", at: "modality_dropout")
        }
        guard !sources.isEmpty else {
            throw UserError("no states are given", remedy: "Name at least one encoder that train.modality reads.")
        }
        let isDropped = dropout > 0 && sources.count > 1
        device = parameters.device
        self.dropout = isDropped ? dropout : 0
        modalities = try sources.compactMapValues {
            try ModalityStates(parameters.scoped($0.name), $1, scaling: scaling, isDropped: isDropped)
        }
    }

    /// How many numbers are computed with in a step and never change.
    var frozenCount: Int { modalities.values.reduce(0) { $0 + $1.source.frozenCount } }

    /// Whether all of them lie where the model computes; the processor draws which are dropped.
    var isResident: Bool { dropout == 0 && modalities.values.allSatisfy(\.source.isResident) }

    /// The hashes of the sources, as far as they are known.
    var hashes: PerModality<String> { modalities.compactMapValues { $1.source.hash } }

    /// The states of items.
    ///
    /// - Parameter part: where they stand among all items of the step; nil for all of them.
    func rows(of items: Tensor, training: Bool, part: ItemPart? = nil) throws -> PerModality<StateRows> {
        let dropped = training && dropout > 0 ? drawn(items, part) : [:]
        return try modalities.compactMapValues { try $1.states(of: items, dropped: dropped[$0], training: training) }
    }

    /// Which items lose a modality: [items] of each. The draws below p lose the first one, those from p to 2p the second, and so on.
    private func drawn(_ items: Tensor, _ part: ItemPart?) -> PerModality<Tensor> {
        let part = part ?? ItemPart(before: 0, all: items.size(0))
        // Drawn on the processor, so that a seed gives the same on every device, and for all items of the step.
        let draw = Tensor.randomUniform([part.all]).narrowed(0, part.before..<part.before + items.size(0)).to(device)
        func isBelow(_ place: Int) -> Tensor { draw .< Tensor(Float(Double(place) * dropout), on: device) }
        var dropped = PerModality<Tensor>()
        for (place, modality) in modalities.modalities.enumerated() {
            var lost = isBelow(place + 1)
            if place > 0 { lost = isBelow(place).not().and(lost) }
            if let others = presence(of: items, without: modality) { lost = lost.and(others) }
            dropped[modality] = lost
        }
        return dropped
    }

    /// Which of some items have another modality than one: [items]; nil where all have.
    private func presence(of items: Tensor, without modality: Modality) -> Tensor? {
        var found: Tensor?
        for (other, states) in modalities where other != modality {
            guard let present = states.presence(of: items) else { return nil }
            found = found.map { $0.or(present) } ?? present
        }
        return found
    }

    /// Measures what standardised states are scaled by, over the whole catalogue.
    func measure(itemCount: Int, progress: WorkProgress.Handler?, stop: StopToken) throws {
        for (modality, states) in modalities {
            try states.measure(itemCount: itemCount, name: modality.name, progress: progress, stop: stop)
        }
    }

    /// Completes a backward pass.
    func finishBackward() throws { for states in modalities.values { try states.source.finishBackward() } }
}

extension PerModality {
    /// The modalities in the order of the fusion's columns, the papers': image, text, then the others.
    package var inFusionOrder: [Element] {
        filter { $0.modality == .image } + filter { $0.modality != .image }
    }
}

/// The hidden states of a modality as an item tower reads them: raw or standardised, and a learned stand-in takes the place of those that
/// are missing.
///
/// states = present ? H : M, with M [layers, width] trained from zero. M exists where some item lacks the modality, or where modality
/// dropout leaves it out while training. Standardised H is (H - mean) / max(deviation, 1e-4) of the catalogue, see ``StateStatistics``.
struct ModalityStates {
    /// Where the states come from.
    let source: any StateSource
    private let dtype: ElementType
    private let missing: Tensor?
    private let present: Tensor?  // [catalogue]
    private let statistics: StateStatistics?

    /// Asks for `missing` [layers, width] where it is needed and for the statistics of standardised states, and takes over what the source
    /// trains.
    init(_ parameters: Parameters, _ source: any StateSource, scaling: StateScaling, isDropped: Bool) throws {
        self.source = source
        dtype = parameters.dtype
        statistics = scaling == .standardised ? try StateStatistics(parameters, source.shape) : nil
        let present = source.presence.map { $0.allSatisfy { $0 } ? nil : Tensor($0, on: parameters.device) } ?? nil
        self.present = present
        let shape = [source.shape.layers.count, source.shape.width]
        // A model that never saw an item without the modality has learnt nothing for one: the zeros that training starts with.
        missing =
            present == nil && !isDropped
            ? nil : parameters.has("missing") ? try parameters("missing", shape, .zeros) : .zeros(shape, on: parameters.device)
        // The model may see other items than it was trained on.
        parameters.allowMissing("missing")
        let encoder = parameters.grouped(.encoders)
        for (name, tensor) in source.trained { encoder.adopt(tensor, as: name, decays: source.decayed.contains(name)) }
    }

    /// The width and kept layers.
    var shape: ModalityShape { source.shape }

    /// Which of some items have the modality: [items]; nil where all have it.
    func presence(of items: Tensor) -> Tensor? { present.map { $0.selecting(items.to($0.device)) } }

    /// The states of items.
    ///
    /// - Parameter dropped: which of the items count as missing although they have the modality [items]; nil for none.
    func states(of items: Tensor, dropped: Tensor?, training: Bool) throws -> StateRows {
        let own = try source.states(of: items, training: training).converted(to: dtype)
        let states = statistics.map { own.scaled($0.scale) } ?? own
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

    /// Measures what standardised states are scaled by; nothing for raw ones.
    func measure(itemCount: Int, name: String, progress: WorkProgress.Handler?, stop: StopToken) throws {
        try statistics?.measure(source, itemCount: itemCount, name: name, progress: progress, stop: stop)
    }
}
