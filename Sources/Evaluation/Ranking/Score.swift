package import Datasets
import Foundation
package import Metrics
package import Modeling
package import Torch

/// What ranks the catalogue for a history: a weighted sum of parts.
///
/// s(h, i) = Σ over dense parts w_p u_p(h) · e_p(i) + w P(i | h). The vectors of all dense parts stand side by side, so that the sum is one
/// inner product; P, of the neighbours, is above 0 for few items and 0 for all others. Both evaluation and serving score by this type, and
/// nothing else does.
package struct Score {
    /// A part that is an inner product.
    package struct Dense {
        /// Its name.
        package let part: ScorePart
        /// e_p: float32 [items, width of the part].
        package let items: Tensor
        /// u_p of the cases of a batch: float32 [cases, width of the part].
        ///
        /// The second is e_p of the batch's inputs [inputs, width of the part], where these are not ``items``' own; nil looks there.
        package let users: (EvaluationBatch, Tensor?) -> Tensor
        /// What ``users`` is computed from; nil for a part that cannot be kept in a file.
        package let form: Form?

        /// How a part's user vectors follow from a history.
        package enum Form {
            /// The user encoder's output over the item vectors; with their mean and covariance, standardised over the catalogue. The
            /// encoder's tensors are those of the parameters whose names begin with `user_encoder.`.
            case network(UserEncoder, Parameters, standardisation: Standardisation?)
            /// The sum of the history's vectors, of length 1.
            case content(decay: Double)
            /// 1 for every history.
            case constant
        }

        /// The mean [1, width] and covariance [width, width] of a catalogue's item vectors.
        package struct Standardisation {
            /// What was taken off the item vectors.
            package var mean: Tensor
            /// Of the vectors.
            package var covariance: Tensor

            /// Names them.
            package init(mean: Tensor, covariance: Tensor) {
                self.mean = mean
                self.covariance = covariance
            }
        }

        /// Names a part.
        package init(
            _ part: ScorePart, items: Tensor, form: Form? = nil, users: @escaping (EvaluationBatch, Tensor?) -> Tensor
        ) {
            (self.part, self.items, self.form, self.users) = (part, items, form, users)
        }
    }

    /// The dense parts.
    package let dense: [Dense]
    /// The part of few items; nil without.
    package let neighbours: NeighbourPrior?
    /// How much each part counts.
    package private(set) var weights: ScoreWeights
    /// The item vectors of all dense parts, side by side: float32 [items, width].
    package let items: Tensor
    /// What items are compared by where a list's diversity is asked for: the network's vectors, else the content's; nil without either.
    package let itemVectors: Tensor?

    /// Adds up parts, at least one.
    ///
    /// - Parameters:
    ///   - joined: the item vectors of all dense parts side by side, where they lie so already.
    ///   - itemVectors: what items are compared by; nil where no part knows them.
    package init(
        _ dense: [Dense], neighbours: NeighbourPrior? = nil, itemCount: Int, joined: Tensor? = nil, itemVectors: Tensor? = nil,
        weights: ScoreWeights
    ) {
        precondition(!dense.isEmpty || neighbours != nil, "a score without parts")
        self.dense = dense
        self.neighbours = neighbours
        self.weights = weights
        self.itemVectors = itemVectors
        // Neighbours alone have a column of zeros to be added to.
        items =
            joined
            ?? (dense.count == 1
                ? dense[0].items : dense.isEmpty ? .zeros([itemCount, 1]) : .concatenated(dense.map(\.items), along: 1))
    }

    /// The same parts with other weights.
    package func weighted(_ weights: ScoreWeights) -> Score {
        var other = self
        other.weights = weights
        return other
    }

    /// The names of the parts.
    package var parts: [ScorePart] { dense.map(\.part) + (neighbours == nil ? [] : [.neighbours]) }

    /// Where each dense part's numbers stand in a row of ``items``.
    package var columns: [Range<Int>] {
        var end = 0
        return dense.map { part in
            end += part.items.size(1)
            return end - part.items.size(1)..<end
        }
    }

    /// How many items there are.
    package var itemCount: Int { items.size(0) }

    /// The weighted user vectors of all dense parts, side by side [cases, width].
    ///
    /// - Parameter rows: the vectors of the batch's inputs as ``items`` has them [inputs, width]; nil takes those of ``items``.
    package func users(_ batch: EvaluationBatch, rows: Tensor? = nil) -> Tensor {
        guard !dense.isEmpty else { return .zeros([batch.userCount, 1]) }
        let vectors = zip(dense, columns).map { part, columns in
            let weight = weights[part.part]
            let users = part.users(batch, rows?.narrowed(1, columns))
            return weight == 1 ? users : users * weight
        }
        return vectors.count == 1 ? vectors[0] : .concatenated(vectors, along: 1)
    }

    /// Adds the part of few items to the scores [cases, items] of some cases of a batch, in place.
    package func addNeighbours(to scores: Tensor, of batch: EvaluationBatch, cases: Range<Int>) {
        guard let neighbours, weights[.neighbours] != 0 else { return }
        let found = neighbours.scores(of: batch, cases: cases)
        guard !found.values.isEmpty else { return }
        let device = scores.device
        scores.add(
            Tensor(found.values, on: device) * weights[.neighbours],
            at: [Tensor(found.cases, on: device), Tensor(found.items, on: device)])
    }

    /// The scores of all items for some cases of a batch: float32 [cases, items].
    package func scores(of batch: EvaluationBatch, cases: Range<Int>? = nil, users: Tensor? = nil) -> Tensor {
        let cases = cases ?? 0..<batch.userCount
        let scores = (users ?? self.users(batch)).narrowed(0, cases).matmul(items.transposed(0, 1))
        addNeighbours(to: scores, of: batch, cases: cases)
        return scores
    }
}

extension Score {
    /// The papers': the product of the trained recommender's user and item vectors, as it is.
    ///
    /// - Parameter itemVectors: those of the whole catalogue [items, width].
    package init(_ recommender: Recommender, itemVectors: Tensor) {
        self.init(
            [
                Dense(
                    .network, items: itemVectors,
                    form: .network(recommender.userEncoder, recommender.parameters, standardisation: nil)
                ) { batch, rows in
                    rows.map { recommender.userEncoder.userVectors(batch, inputs: $0) }
                        ?? recommender.userVectors(batch, itemVectors: itemVectors)
                }
            ],
            itemCount: itemVectors.size(0), itemVectors: itemVectors, weights: ScoreWeights([.network: 1]))
    }

    /// How often items were trained on, for every history alike: an item's share of the training interactions.
    package init(popularityOf split: Split) {
        self.init(
            [.constant(.popularity, Tensor(split.popularity).unsqueezed(1))],
            itemCount: split.itemCount, weights: ScoreWeights([.popularity: 1]))
    }
}

extension Score.Dense {
    /// The network's product, standardised for each history over the catalogue: (u · e_i - mean_i u · e_i) / deviation_i u · e_i.
    ///
    /// Mean and deviation follow from the mean and covariance of the item vectors, so that no pass over the catalogue is needed:
    /// u · (e_i - mean) / sqrt(uᵀ cov u).
    package static func network(_ recommender: Recommender, itemVectors: Tensor) -> Score.Dense {
        let vectors = itemVectors.to(.float32)
        let mean = vectors.mean(along: 0, keeping: true)
        let centred = vectors - mean
        let covariance = centred.transposed(0, 1).matmul(centred) / Double(centred.size(0))  // [width, width]
        let form = Form.network(
            recommender.userEncoder, recommender.parameters, standardisation: .init(mean: mean, covariance: covariance))
        return Score.Dense(.network, items: centred, form: form) { batch, rows in
            let users =
                rows.map { recommender.userEncoder.userVectors(batch, inputs: $0 + mean) }
                ?? recommender.userVectors(batch, itemVectors: itemVectors)
            return standardised(users.to(.float32), covariance)
        }
    }

    /// The network's part of a catalogue whose vectors are kept in their final form, of which only the history's are read.
    ///
    /// - Parameters:
    ///   - users: the encoder of histories, on the processor.
    ///   - parameters: what it was made of.
    ///   - items: the item vectors, centred where they are standardised [items, width].
    package static func network(
        _ users: UserEncoder, _ parameters: Parameters, items: Tensor, standardisation: Standardisation?
    ) -> Score.Dense {
        let form = Form.network(users, parameters, standardisation: standardisation)
        return Score.Dense(.network, items: items, form: form) { batch, rows in
            let inputs = rows ?? items.selecting(Tensor(batch.inputs))
            guard let standardisation else { return users.userVectors(batch, inputs: inputs) }
            return standardised(
                users.userVectors(batch, inputs: inputs + standardisation.mean), standardisation.covariance)
        }
    }

    /// u / sqrt(uᵀ cov u) for user vectors [cases, width].
    private static func standardised(_ users: Tensor, _ covariance: Tensor) -> Tensor {
        let variance = (users.matmul(covariance) * users).sum(along: 1, keeping: true)  // [cases, 1]
        // A history whose scores are all equal, as an empty one's, has nothing to standardise.
        let one = Tensor.ones([1, 1], on: users.device)
        return users / variance.kept(where: variance .> 1e-20, otherwise: one).squareRoot()
    }

    /// The cosine of an item's content vector with the sum of the history's, Σ_k decay^k y_{h_k}, h_0 the newest.
    ///
    /// - Parameter vectors: rows of length 1, or of zeros [items, width].
    package static func content(_ modality: String, _ vectors: Tensor, decay: Double) -> Score.Dense {
        content(.content(modality), vectors, decay: decay)
    }

    /// The same of a part by its name.
    package static func content(_ part: ScorePart, _ vectors: Tensor, decay: Double) -> Score.Dense {
        Score.Dense(part, items: vectors, form: .content(decay: decay)) { batch, known in
            let device = vectors.device
            let factors = batch.positions.map { Float(pow(decay, Double(batch.inputLength - 1) - Double($0))) }
            let inputs = known ?? vectors.selecting(Tensor(batch.inputs, on: device))
            let rows = inputs * Tensor(factors, on: device).unsqueezed(1)
            let sums = Tensor.zeros([batch.userCount, vectors.size(1)], on: device)
            sums.add(rows, to: Tensor(batch.users, on: device))
            return sums.unitRows()
        }
    }

    /// log(n + 1), n how often an item was trained on.
    package static func popularity(of split: Split, on device: Device) -> Score.Dense {
        let counts = split.trainingCounts.map { Float(log1p(Double($0))) }
        return constant(.popularity, Tensor(counts, on: device).unsqueezed(1))
    }

    /// 1 for an item that was not trained on, 0 for all others.
    ///
    /// Neighbours and popularity are the lowest for such an item, and a network is less sure of it. Its weight gives new items the places
    /// that the validation targets say they have.
    package static func newness(of split: Split, on device: Device) -> Score.Dense {
        constant(.newness, Tensor((0..<split.itemCount).map { split.isCold($0) ? 1 : 0 as Float }, on: device).unsqueezed(1))
    }

    /// What does not depend on the history: a number of each item [items, 1].
    package static func constant(_ part: ScorePart, _ items: Tensor) -> Score.Dense {
        let device = items.device
        return Score.Dense(part, items: items, form: .constant) { batch, _ in .ones([batch.userCount, 1], on: device) }
    }
}
