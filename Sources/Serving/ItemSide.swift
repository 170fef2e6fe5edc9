package import Files
package import Modeling
import Metrics
import Ranking
import Torch

/// The item side of a trained run: how states become vectors, for its own items and for those that come later.
package final class ItemSide {
    /// What makes the vectors of items that come later.
    package struct Later {
        /// The width and layers of the states that items come with.
        package var shapes: PerModality<ModalityShape>
        /// What an item needs one of, in words; nil: what the shapes say.
        package var needs: String?
        /// What tells the encoders of these states apart from others: states of another run with the same serve as well.
        package var encoders: PerModality<String>
        /// The network's tower over the states of some items alone; nil for a score without network, or where that knows none of them.
        package var tower: ((PerModality<any StateSource>) throws -> any ItemTower)?
        /// The layers that the tower reads, by modality; none of a modality that it does not read.
        package var towerLayers: PerModality<[Int]>
        /// How states are whitened for the score's content.
        package var whitening: PerModality<Whitening>

        /// Names them.
        package init(
            shapes: PerModality<ModalityShape>, encoders: PerModality<String>, towerLayers: PerModality<[Int]> = [:],
            whitening: PerModality<Whitening> = [:], tower: ((PerModality<any StateSource>) throws -> any ItemTower)? = nil
        ) {
            (self.shapes, self.encoders, self.tower) = (shapes, encoders, tower)
            (self.towerLayers, self.whitening) = (towerLayers, whitening)
        }
    }

    /// The network's tower over the items that the run was trained on; nil for a score without network.
    package let catalogue: (any ItemTower)?
    /// What makes the vectors of items that come later; nil where nobody has said.
    package let later: Later?

    /// Joins both.
    package init(catalogue: (any ItemTower)?, later: Later? = nil) { (self.catalogue, self.later) = (catalogue, later) }
}

/// An item that is put in, and what can be encoded of it.
package struct NewItem: Sendable, Equatable {
    /// Its id.
    package var id: String
    /// Its title; nil where it has none.
    package var title: String?
    /// The file of its picture; nil where it has none.
    package var picture: String?
    /// Words that questions can ask for.
    package var tags: Set<String>

    /// Makes an item.
    package init(id: String, title: String? = nil, picture: String? = nil, tags: Set<String> = []) {
        (self.id, self.title, self.picture, self.tags) = (id, title, picture, tags)
    }
}

/// An item with its hidden states, which are all that a run of the same encoders needs of it.
package struct EncodedItem: Sendable {
    /// The item.
    package var item: NewItem
    /// Its states, row by row [layers, width]; none of a modality that it lacks.
    package var states: PerModality<[Float]>
    /// What tells the encoders apart from others.
    package var encoders: PerModality<String>

    /// Joins them.
    package init(_ item: NewItem, states: PerModality<[Float]>, encoders: PerModality<String>) {
        (self.item, self.states, self.encoders) = (item, states, encoders)
    }
}

/// What runs the encoders of a run over new items; it stays on one thread.
package protocol ItemEncoding: AnyObject {
    /// What tells the encoders apart from others.
    var encoders: PerModality<String> { get }

    /// The states of an item, as a store would keep them.
    ///
    /// - Throws: ``UserError`` for a picture or title that cannot be used.
    func states(of item: NewItem) throws -> PerModality<[Float]>
}

extension ItemSide.Later {
    /// The vectors of items, as the score's rows have them, and what each of the network's towers adds; none of a network of one tower.
    ///
    /// - Parameter before: the rows in whose place they come, whose part that does not depend on states they keep; nil for a new item,
    ///   where it is 0.
    /// - Throws: ``UserError`` when memory runs out.
    func vectors(
        of items: [EncodedItem], for score: Score, before: [[Float]?]
    ) throws -> [(vector: [Float], towers: [Float]?)] {
        let device = score.items.device
        let sources = shapes.compactMapValues { modality, shape in
            States(items.map { $0.states[modality] }, shape, on: device)
        }
        return try withTensorErrors {
            try withoutGradients {
                var columns: [[Float]] = []
                var towers: [[Float]] = []
                for (part, range) in zip(score.dense, score.columns) {
                    switch part.form {
                    case .network(_, _, let standardisation):
                        guard let tower else {
                            columns.append([Float](repeating: 0, count: items.count * range.count))
                            continue
                        }
                        let made = try tower(
                            towerLayers.compactMapValues { modality, layers in sources[modality]?.source(layers) })
                        let all = Tensor.range(0..<items.count)
                        let vectors = try made.vectors(of: all, training: false).to(.float32)
                        columns.append(try (standardisation.map { vectors - $0.mean } ?? vectors).checked().floats())
                        let parts = try made.parts(of: all)
                        if parts.count > 1 {
                            let joined = Tensor.concatenated(parts.map(\.vectors), along: 1)
                            towers = try joined.checked().floats().rows(items.count)
                        }
                    case .content:
                        let name = String(part.part.rawValue.dropFirst(ScorePart.contentPrefix.count))
                        let modality = try Modality(name)
                        guard let whitening = whitening[modality], let source = sources[modality] else {
                            columns.append([Float](repeating: 0, count: items.count * range.count))
                            continue
                        }
                        let vectors = try whitening.vectors(of: source.source(source.shape.layers), itemCount: items.count)
                        columns.append(try vectors.checked().floats())
                    case .constant, nil:
                        // An item that came later was not trained on.
                        let usual = [Float](repeating: part.part == .newness ? 1 : 0, count: range.count)
                        columns.append(before.flatMap { $0.map { Array($0[range]) } ?? usual })
                    }
                }
                let rows = columns.map { $0.rows(items.count) }
                return items.indices.map { place in
                    (rows.flatMap { $0[place] } + (rows.isEmpty ? [0] : []), towers.isEmpty ? nil : towers[place])
                }
            }
        }
    }

    /// The states of some items in a tensor.
    private struct States {
        let shape: ModalityShape
        private let table: Tensor
        private let presence: [Bool]?

        init(_ states: [[Float]?], _ shape: ModalityShape, on device: Device) {
            let count = shape.layers.count * shape.width
            let numbers = states.flatMap { $0 ?? [Float](repeating: 0, count: count) }
            table = Tensor(numbers, shape: [states.count, shape.layers.count, shape.width], on: device)
            let present = states.map { $0 != nil }
            presence = present.allSatisfy { $0 } ? nil : present
            self.shape = shape
        }

        /// Some layers of them.
        func source(_ layers: [Int]) -> ResidentStates {
            let places = layers.compactMap { layer in shape.layers.firstIndex(of: layer).map(Int64.init) }
            return ResidentStates(
                places.count == shape.layers.count ? table : table.selecting(Tensor(places, on: table.device), along: 1),
                layers: layers, presence: presence)
        }
    }
}

extension [Float] {
    /// The numbers in so many parts of one size.
    fileprivate func rows(_ count: Int) -> [[Float]] {
        let width = self.count / Swift.max(1, count)
        return (0..<count).map { Array(self[$0 * width..<($0 + 1) * width]) }
    }
}
