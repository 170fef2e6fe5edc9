import CTorch

extension Tensor {
    /// Whether operations on this tensor are recorded for ``backward()``.
    public var requiresGradient: Bool {
        get { ctorch.requires_gradient(handle) }
        set { if !ctorch.set_requires_gradient(handle, newValue) { Failure.report() } }
    }

    /// The gradient that ``backward()`` has added up here; nil before the first.
    public var gradient: Tensor? { ctorch.gradient(handle).map(Tensor.init(owning:)) }

    /// Forgets the gradient.
    public func clearGradient() { ctorch.clear_gradient(handle) }

    /// Adds the gradient of this scalar to every tensor that it was computed from and that requires one.
    public func backward() {
        if !ctorch.backward(handle) { Failure.report() }
    }
}

/// Runs `body` without recording operations.
///
/// The switch belongs to the thread, so `body` must not suspend.
public func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = ctorch.set_gradients_enabled(false)
    defer { _ = ctorch.set_gradients_enabled(before) }
    return try body()
}
