import Files
import Foundation
import TestSupport
import Testing

/// Files that numpy and torch wrote (`Tools/Parity/states.py`).
@Suite struct StateFileTests {
    struct Expected: Decodable {
        struct Tensor: Decodable, Equatable {
            var name: String
            var shape: [Int]
            var values: [Float]
        }
        var tensors: [Tensor]?
        var word: String?

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            word = try? value.decode(String.self)
            if word == nil { tensors = try value.decode([Tensor].self) }
        }
    }

    static let files = (try? JSONFile.read([String: Expected].self, from: fixture("StateFiles/expected.json"))) ?? [:]

    /// The tensors of a file, read by its ending.
    private func read(_ file: URL) throws -> [Expected.Tensor] {
        let entries =
            file.pathExtension == "npy"
            ? [("", try NumpyFile(file).tensor)] : try TorchFile(file).entries.map { ($0.name, $0.tensor) }
        return entries.map { name, tensor in
            var copy = Expected.Tensor(name: name, shape: tensor.shape, values: [])
            if tensor.type.isFloating { copy.values = tensor.floats() }
            return copy
        }
    }

    @Test func thereAreFiles() { #expect(Self.files.count > 25) }

    @Test(arguments: Self.files.keys.sorted()) func equalsWhatWasWritten(name: String) throws {
        let expected = try #require(Self.files[name])
        let file = fixture("StateFiles/\(name)")
        if let tensors = expected.tensors {
            #expect(try read(file) == tensors)
        } else {
            let error = try #require(throws: UserError.self) { try read(file) }
            #expect(error.description.contains(expected.word!) && error.remedy != nil && error.place?.contains(name) == true)
        }
    }

    @Test func aTensorAloneIsToldFromAListOfOne() throws {
        #expect(try TorchFile(fixture("StateFiles/tensor.pt")).isOneTensor)
        #expect(try !TorchFile(fixture("StateFiles/list.pt")).isOneTensor)
    }

    @Test(arguments: Self.files.keys.sorted()) func damageNeverCrashes(name: String) throws {
        let bytes = Array(try Data(contentsOf: fixture("StateFiles/\(name)")))
        var random = SeededGenerator(seed: UInt64(name.utf8.count) &+ 77)
        try withTemporaryFolder { folder in
            let file = folder.appending(path: name)
            for _ in 0..<100 {
                try Data(damaged(bytes, using: &random)).write(to: file)
                do {
                    for tensor in try read(file) { #expect(tensor.shape.allSatisfy { $0 >= 0 }) }
                } catch {
                    #expect((error as? UserError)?.place?.hasPrefix(file.path) == true, "\(error)")
                }
            }
        }
    }
}
