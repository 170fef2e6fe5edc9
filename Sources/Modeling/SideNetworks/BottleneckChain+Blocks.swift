import Torch

extension BottleneckChain {
    /// The blocks and gates of a tower as one operation.
    static func joining(_ blocks: [SideBlock], _ gates: Gates?, _ activation: Activation) -> BottleneckChain {
        BottleneckChain(
            blocks.compactMap(\.link), gates: gates?.theta, temperature: Gates.temperature, activation: activation)
    }
}
