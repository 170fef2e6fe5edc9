import Torch

/// The largest difference of two tensors, as a share of the largest value of the second; infinite for different shapes.
package func difference(_ one: Tensor, _ expected: Tensor) -> Double {
    guard one.shape == expected.shape else { return .infinity }
    let (one, expected) = (one.to(.float32), expected.to(.float32))
    return (one - expected).absolute().maximum().item() / expected.absolute().maximum().item()
}
