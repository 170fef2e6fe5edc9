import Torch

/// One gate per block of a tower: g = sigmoid(θ / 0.1), with θ from 0, so that a fresh gate mixes half and half.
struct Gates {
    /// θ [blocks].
    let theta: Tensor

    /// What θ is divided by.
    static let temperature = 0.1

    /// Asks for `gates` [blocks].
    init(_ parameters: Parameters, count: Int) throws {
        theta = try parameters("gates", [count], .zeros)
    }

    /// All gates: [blocks], each in (0, 1).
    func values() -> Tensor { (theta / Self.temperature).sigmoid() }
}
