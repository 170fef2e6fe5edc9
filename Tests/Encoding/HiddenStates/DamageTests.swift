import Files
import Foundation
import HiddenStates
import TestSupport
import Testing

@Suite struct DamageTests {
    /// A store whose file `name` has been changed by `body`.
    private func damaged(_ name: String, _ body: (inout Data) throws -> Void, _ check: (URL) throws -> Void) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let file = url.appending(path: name)
            var data = try Data(contentsOf: file)
            try body(&data)
            try data.write(to: file)
            try check(url)
        }
    }

    @Test func verifyNamesTheDamagedShard() throws {
        try damaged("states-00002.safetensors", { $0[$0.count - 40] ^= 1 }) { url in
            let store = try HiddenStateStore.open(url)
            let error = try #require(throws: UserError.self) { try store.verify() }
            #expect(error.place?.hasSuffix("states-00002.safetensors") == true)
        }
    }

    @Test func verifyFindsAStateThatIsNotFinite() throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let file = url.appending(path: "states-00001.safetensors")
            var data = try Data(contentsOf: file)
            let start = data.count - 7 - 7 * 15 * 2
            // Item 9 is the shard's row 2; the sixth value is the first of its second layer, layer 2.
            data[start + (2 * 15 + 5) * 2 + 1] = 0x7C
            let old = try ContentHash.of(file: file)
            try data.write(to: file)
            let manifest = url.appending(path: "manifest.json")
            let text = try String(contentsOf: manifest, encoding: .utf8)
            try text.replacing(old, with: ContentHash.of(file: file)).write(to: manifest, atomically: true, encoding: .utf8)
            let error = try #require(throws: UserError.self) { try HiddenStateStore.open(url).verify() }
            #expect(error.problem.contains("item-9") && error.problem.contains("layer 2"))
        }
    }

    @Test func openNoticesShardsThatAreCutOffOrSwapped() throws {
        try damaged("states-00004.safetensors", { $0.removeLast() }) { url in
            #expect(throws: UserError.self) { try HiddenStateStore.open(url) }
        }
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let second = try Data(contentsOf: url.appending(path: "states-00001.safetensors"))
            try second.write(to: url.appending(path: "states-00000.safetensors"))
            #expect(throws: UserError.self) { try HiddenStateStore.open(url) }
            try FileManager.default.removeItem(at: url.appending(path: "states-00000.safetensors"))
            #expect(throws: UserError.self) { try HiddenStateStore.open(url) }
        }
    }

    @Test func anotherFormatVersionIsNamed() throws {
        try damaged("manifest.json", { $0 = Data("{\"formatVersion\": 9}".utf8) }) { url in
            let error = try #require(throws: UserError.self) { try HiddenStateStore.open(url) }
            #expect(error.problem.contains("version 9"))
        }
    }

    /// Whatever happens to the JSON files, opening and verifying answers or throws a `UserError`, and never answers with other items.
    @Test(arguments: ["manifest.json", "items.jsonl"])
    func mutatedFilesNeverCrash(name: String) throws {
        try withTemporaryFolder { folder in
            let url = folder.appending(path: "store")
            try Samples.store(at: url)
            let file = url.appending(path: name)
            let original = try Data(contentsOf: file)
            var generator = SeededGenerator(seed: 11)
            for _ in 0..<400 {
                var data = original
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    let place = Int.random(in: 0..<data.count, using: &generator)
                    switch Int.random(in: 0..<4, using: &generator) {
                    case 0: data[place] = UInt8.random(in: 0...255, using: &generator)
                    case 1: data[place] = UInt8.random(in: 48...57, using: &generator)
                    case 2: data.insert(contentsOf: Data("9999999999".utf8), at: place)
                    default: data.remove(at: place)
                    }
                }
                try data.write(to: file)
                do {
                    let store = try HiddenStateStore.open(url)
                    try store.verify()
                    #expect(try store.items() == Samples.items(30))
                    #expect(store.row(29).count == 15)
                } catch {
                    #expect(error is UserError, "\(error)")
                }
            }
        }
    }
}
