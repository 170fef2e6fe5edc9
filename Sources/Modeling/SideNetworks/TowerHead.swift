import Torch

/// The two linear maps from a tower's last output to its part of the item vector, without an activation between them.
struct TowerHead {
    private let first: Linear
    private let second: Linear

    /// Asks for `head.0` [middle, width] and `head.1` [output, middle].
    init(_ parameters: Parameters, width: Int, middle: Int, output: Int) throws {
        first = try Linear(parameters.scoped("head", 0), width, middle)
        second = try Linear(parameters.scoped("head", 1), middle, output)
    }

    func callAsFunction(_ x: Tensor) -> Tensor { second(first(x)) }
}
