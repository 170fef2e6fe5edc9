import CTorch
import Files

/// Where a tensor lives and is computed.
public struct Device: Sendable, Hashable, CustomStringConvertible {
    /// A kind of device, with LibTorch's number.
    package enum Kind: Int32, Sendable, CaseIterable {
        case cpu = 0
        case cuda = 1
        case mps = 13
    }

    /// The kind of device.
    package let kind: Kind
    /// Which of them, from 0.
    package let index: Int

    /// Makes a device; it is not checked that the machine has it.
    package init(_ kind: Kind, index: Int = 0) {
        self.kind = kind
        self.index = index
    }

    /// The processor.
    public static let cpu = Device(.cpu)

    /// A second device that is the processor, to try on any machine what runs on accelerators.
    ///
    /// Whatever has a form of its own for the processor takes the accelerators' form here, and tensors have to be brought there and back:
    /// an operation refuses those of two devices, as LibTorch does for accelerators.
    package static let standIn = Device(.cpu, index: 1)

    /// The device that a setting names: `auto` (CUDA, else MPS, else the processor), `cpu`, `cuda`, `cuda:1`, `mps`; `cpu:1`
    /// is ``standIn``.
    ///
    /// - Throws: ``UserError`` for an unknown name, for a device this machine does not have, and when LibTorch cannot be loaded.
    public init(named name: String) throws {
        try LibTorch.load()
        if name == "auto" {
            let kind = [Kind.cuda, .mps].first { Device.count(of: $0) > 0 }
            self.init(kind ?? .cpu)
            return
        }
        let parts = name.split(separator: ":", omittingEmptySubsequences: false)
        guard let kind = Kind.allCases.first(where: { "\($0)" == parts[0] }), parts.count <= 2,
            let index = parts.count == 2 ? Int(parts[1]) : 0, index >= 0
        else {
            throw UserError(
                "unknown device \"\(name)\"",
                remedy: "Choose auto, cpu, cuda, cuda:N, mps, or cpu:1 to try the accelerators' form on the processor.")
        }
        let count = kind == .cpu ? 2 : Device.count(of: kind)
        guard index < count else {
            throw UserError(
                "this machine has \(count) \(kind) devices that LibTorch can use, \"\(name)\" is not among them",
                remedy: "Choose auto or cpu; `iisan doctor` shows what was found.")
        }
        self.init(kind, index: index)
    }

    /// The longest type of fractions that the device computes with: MPS has no float64.
    package var longestFloat: ElementType { kind == .mps ? .float32 : .float64 }

    /// How many devices of a kind LibTorch can use here.
    package static func count(of kind: Kind) -> Int { max(0, Int(ctorch.device_count(kind.rawValue))) }

    /// Waits until all work given to the device is done; the processor has none outstanding.
    package func synchronize() {
        if !ctorch.synchronize(kind.rawValue, Int32(index)) { Failure.report() }
    }

    /// The name as settings write it.
    public var description: String { self == .cpu ? "cpu" : "\(kind):\(index)" }
}
