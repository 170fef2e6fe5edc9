import CTorch

/// Runs `body` with matrix products in a shorter type where LibTorch considers that safe; weights stay as they are.
///
/// The switch belongs to the thread, so `body` must not suspend.
///
/// - Parameter dtype: `bfloat16`, `float16`, or nil for none.
package func withAutocast<Result>(to dtype: ElementType?, on device: Device, _ body: () throws -> Result) rethrows -> Result {
    let before = ctorch.set_autocast(device.kind.rawValue, dtype?.number ?? -1)
    defer { _ = ctorch.set_autocast(device.kind.rawValue, before) }
    return try body()
}

/// Runs `body`, whose matrix products are small, in the shorter type that is in effect only where that is faster.
///
/// On the processor it is not: LibTorch's library builds instructions for each number of rows, which takes longer than such products.
package func withAutocastOfSmallProducts<Result>(on device: Device, _ body: () throws -> Result) rethrows -> Result {
    device == .cpu ? try withAutocast(to: nil, on: device, body) : try body()
}

extension Tensor {
    /// Whether operations on this tensor are recorded for ``backward()``.
    package var requiresGradient: Bool {
        get { withHandle { ctorch.requires_gradient($0) } }
        set {
            precondition(
                !(newValue && isReadOnly), "what is trained is written to, and this tensor's memory is for reading alone")
            if !isMissing, !withHandle({ ctorch.set_requires_gradient($0, newValue) }) { Failure.report() }
        }
    }

    /// The gradient that ``backward()`` has added up here; nil before the first.
    package var gradient: Tensor? {
        withHandle { ctorch.gradient($0) }.map { Tensor(owning: $0, isOnStandIn: isOnStandIn) }
    }

    /// Forgets the gradient.
    package func clearGradient() {
        if !withHandle({ ctorch.clear_gradient($0) }) { Failure.report() }
    }

    /// Adds the gradient of this scalar to every tensor that it was computed from and that requires one.
    public func backward() {
        if !isMissing, !withHandle({ ctorch.backward($0) }) { Failure.report() }
    }
}

/// Runs `body` without recording operations.
///
/// The switch belongs to the thread, so `body` must not suspend.
package func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = ctorch.set_gradients_enabled(false)
    defer { _ = ctorch.set_gradients_enabled(before) }
    return try body()
}
