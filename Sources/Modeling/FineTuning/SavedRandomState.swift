import Torch

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
