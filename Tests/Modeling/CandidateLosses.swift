import Torch

@testable import Modeling

extension Candidates {
    /// The rows as the loss takes them.
    var lossRows: CandidateRows { BatchTensors(self, positions: inputs.map { _ in 0 }, on: .cpu).rows() }

    /// The cross entropies [rows] for outputs [rows, width] and the candidates' vectors [candidates, width].
    func crossEntropies(_ outputs: Tensor, _ vectors: Tensor) -> Tensor { outputs.rowLosses(vectors, lossRows) }
}
