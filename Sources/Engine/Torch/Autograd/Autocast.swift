import CTorch

/// Runs `body` with matrix products in a shorter type where LibTorch deems that safe; weights stay as they are.
///
/// The switch belongs to the thread, so `body` must not suspend.
///
/// - Parameter dtype: `bfloat16`, `float16`, or nil for none.
public func withAutocast<Result>(to dtype: DType?, on device: Device, _ body: () throws -> Result) rethrows -> Result {
    let before = ctorch.set_autocast(device.kind.rawValue, dtype?.rawValue ?? -1)
    defer { _ = ctorch.set_autocast(device.kind.rawValue, before) }
    return try body()
}
