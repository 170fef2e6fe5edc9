import CTorch

/// The random state of a device, from which dropout and fresh parameters are drawn.
public enum RandomState {
    /// Starts the random sequence of every device again.
    public static func seed(_ seed: UInt64) {
        if !ctorch.seed(seed) { Failure.report() }
    }

    /// The state as bytes (`uint8`), to be kept in a checkpoint.
    package static func current(of device: Device = .cpu) -> Tensor {
        ctorch.random_state(device.kind.rawValue, Int32(device.index)).map { Tensor(owning: $0) } ?? failed()
    }

    /// Puts a state back that ``current(of:)`` gave.
    package static func restore(_ state: Tensor, of device: Device = .cpu) {
        if state.isMissing { return }
        if !state.withHandle({ ctorch.set_random_state(device.kind.rawValue, Int32(device.index), $0) }) { Failure.report() }
    }

    private static func failed() -> Tensor {
        Failure.report()
        return .missing()
    }
}

/// The random state at some point, to draw the same numbers once more.
package struct SavedRandomState {
    private let processor: Tensor
    private let accelerator: (state: Tensor, device: Device)?

    /// Keeps the processor's state, and that of a device beside it.
    package init(of device: Device) {
        processor = RandomState.current()
        accelerator = device == .cpu ? nil : (RandomState.current(of: device), device)
    }

    /// Puts it back.
    package func restore() {
        RandomState.restore(processor)
        if let accelerator { RandomState.restore(accelerator.state, of: accelerator.device) }
    }
}
