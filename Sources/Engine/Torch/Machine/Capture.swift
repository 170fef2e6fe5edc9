import CTorch

/// A device's work that was recorded once and is done again with one call: of CUDA, a graph.
///
/// Operations that are given to a device one by one cost the processor several microseconds each, as long as many of them take there. What
/// was recorded is done again on the very tensors that it was recorded with, so shapes stay, and what changes is written into them before.
/// Draws go on from the device's random state each time.
package final class Capture {
    private let handle: CTorchCapture

    /// Whether work of a device can be recorded.
    package static func isAvailable(on device: Device) -> Bool { ctorch.can_capture(device.kind.rawValue) }

    /// Records what `body` gives to a device, in place of doing it.
    ///
    /// - Parameters:
    ///   - other: one whose memory this one may use too: they are never done at once, and nothing of one is needed once the other was done.
    ///   - body: reads nothing back from the device and brings nothing to it. It was done before, so that nothing is loaded meanwhile.
    /// - Throws: ``UserError`` with LibTorch's message where something in it cannot be recorded.
    package init(on device: Device, sharingMemoryOf other: Capture? = nil, _ body: () throws -> Void) throws {
        handle = try withTensorErrors {
            let begun = withExtendedLifetime(other) {
                ctorch.begin_capture(device.kind.rawValue, Int32(device.index), other?.handle)
            }
            guard let begun else {
                Failure.report()
                try Failure.check()
                preconditionFailure("a failure that was reported is thrown")
            }
            do {
                try body()
                try Failure.check()
                if !ctorch.end_capture(begun) { Failure.report() }
                try Failure.check()
            } catch {
                ctorch.release_capture(begun)
                throw error
            }
            return begun
        }
    }

    deinit { ctorch.release_capture(handle) }

    /// Does what was recorded, after all that was given to the device before.
    package func replay() {
        if !ctorch.replay(handle) { Failure.report() }
    }
}
