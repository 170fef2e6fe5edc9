import Files
import Foundation

extension FuzzTarget {
    static let files = [
        FuzzTarget(name: "safetensors") {
            try Fixtures.all(in: "Encoders", ending: ".safetensors")
        } read: { bytes in
            let file = try SafetensorsFile(FuzzInput.file("input.safetensors", bytes))
            for (name, entry) in file.entries {
                // Tensors of types that are not known are left alone until somebody asks for them.
                if let size = SafetensorsFile.sizes[entry.type] {
                    claim(
                        file.bytes(of: entry).count == entry.shape.reduce(size, *),
                        "\(entry) has \(file.bytes(of: entry).count) bytes")
                }
                if let tensor = try? file.tensor(name) { read(tensor) }
            }
        },
        FuzzTarget(name: "npy") {
            try Fixtures.all(in: "StateFiles", ending: ".npy")
        } read: {
            read(try NumpyFile(FuzzInput.file("input.npy", $0)).tensor)
        },
        FuzzTarget(name: "torch") {
            try Fixtures.all(in: "StateFiles", ending: ".pt")
        } read: {
            for entry in try TorchFile(FuzzInput.file("input.pt", $0)).entries { read(entry.tensor) }
        },
    ]

    /// Reads all elements of a tensor.
    private static func read(_ tensor: StoredTensor) {
        claim(tensor.count == tensor.shape.reduce(1, *), "\(tensor.count) elements in \(tensor.shape)")
        if tensor.type.isFloating { claim(tensor.floats().count == tensor.count, "not \(tensor.count) values") }
    }
}
