import ArgumentParser
import Foundation
import Torch

/// Where it is computed.
struct MachineOptions: ParsableArguments {
    @Option(help: "auto, cpu, cuda, cuda:1, mps, or cpu:1 for the accelerators' form on the processor.")
    var device = "cpu"

    @Option(help: "Threads of one operation; 0 for LibTorch's own choice.")
    var threads = 0

    /// The device, once the settings of the process are made as `iisan train` makes them.
    func prepare() throws -> Device {
        let device = try Device(named: device)
        LibTorch.keepFreedMemory()
        if threads > 0 { LibTorch.threads = threads }
        return device
    }
}

/// Prints a result as one line of JSON.
func printJSON(_ result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
}
