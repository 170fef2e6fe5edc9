import Testing
import Torch

/// Expects two tensors to be equal up to a part of the second one's largest value.
func expectEqual(
    _ found: Tensor, _ expected: Tensor, _ name: String, tolerance: Float = 1e-5,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    #expect(found.shape == expected.shape, "\(name)", sourceLocation: sourceLocation)
    guard found.shape == expected.shape, found.count > 0 else { return }
    let largest = max(Float(expected.absolute().maximum().item()), 1e-6)
    let difference = Float((found - expected).absolute().maximum().item())
    #expect(difference <= tolerance * largest, "\(name): \(difference) of \(largest)", sourceLocation: sourceLocation)
}
