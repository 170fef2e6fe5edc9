import CTorch

/// The random state of a device, from which dropout and fresh parameters are drawn.
public enum RandomState {
    /// Starts the random sequence of every device anew.
    public static func seed(_ seed: UInt64) {
        if !ctorch.seed(seed) { Failure.report() }
    }

    /// The state as bytes (`uint8`), to be kept in a checkpoint.
    public static func current(of device: Device = .cpu) -> Tensor {
        ctorch.random_state(device.kind.rawValue, Int32(device.index)).map(Tensor.init(owning:)) ?? failed()
    }

    /// Puts a state back that ``current(of:)`` gave.
    public static func restore(_ state: Tensor, of device: Device = .cpu) {
        if !ctorch.set_random_state(device.kind.rawValue, Int32(device.index), state.handle) { Failure.report() }
    }

    private static func failed() -> Tensor {
        Failure.report()
        return .nothing()
    }
}
