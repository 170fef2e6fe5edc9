import ArgumentParser
import Torch

/// `measure machine`: how fast the machine multiplies matrices of the side networks' shape, and copies.
struct MachineCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "machine", abstract: "Rates of a [704 x 768] x [768 x 64] product and of copying.")

    @OptionGroup var machine: MachineOptions

    @Option(help: "Seconds for each rate.")
    var seconds = 0.5

    func run() throws {
        let device = try machine.prepare()
        func product(_ type: ElementType) -> Rate {
            let states = Tensor.full([704, 768], 0.5, dtype: type, on: device)
            let weight = Tensor.full([64, 768], 0.5, dtype: type, on: device)
            return Rate(2 * 704 * 768 * 64, seconds: seconds, on: device) { _ = states.linear(weight) }
        }
        // Larger than any cache.
        let source = Tensor.full([64 << 20], 1, dtype: .float32, on: device)
        let target = Tensor.full([64 << 20], 0, dtype: .float32, on: device)
        try printJSON(
            Rates(
                threads: LibTorch.threads, capability: LibTorch.capability, libTorch: LibTorch.version, device: "\(device)",
                float32: product(.float32), bfloat16: product(.bfloat16),
                copy: Rate(2 * 4 * (64 << 20), seconds: seconds, on: device) { target.copy(from: source) }))
    }

    private struct Rates: Encodable {
        let threads: Int
        let capability, libTorch, device: String
        /// Operations a second of the product; a multiply-add counts as two.
        let float32, bfloat16: Rate
        /// Bytes a second, read and written ones together.
        let copy: Rate
    }
}

/// How much of something is done in a second.
struct Rate: Encodable {
    /// The quickest call's.
    let best: Double
    /// The middle one's.
    let median: Double

    /// Calls `body`, which does `amount` at a time, for some seconds.
    init(_ amount: Int, seconds: Double, on device: Device, _ body: () -> Void) {
        let clock = ContinuousClock()
        let start = clock.now
        var times: [Double] = []
        withoutGradients {
            repeat {
                let before = clock.now
                body()
                device.synchronize()
                times.append((clock.now - before) / .seconds(1))
            } while (clock.now - start) / .seconds(1) < seconds
        }
        times.sort()
        best = Double(amount) / times[0]
        median = Double(amount) / times[times.count / 2]
    }
}
