import Foundation
import IISAN
import TestSupport
import Testing

/// Bad input ends with a clear error and a code, and leaves nothing behind.
@Suite(.serialized) struct BadInputTests {
    /// One kind of damage done to a shop before it runs.
    struct Damage: CustomTestStringConvertible, Sendable {
        let name: String
        let expected: [String]
        let harm: @Sendable (SmallShop) throws -> Void
        var testDescription: String { name }
    }

    private static func edit(_ shop: SmallShop, _ path: String, _ change: (String) -> String) throws {
        let url = shop.folder.appending(path: path)
        try AtomicFile.write(change(try String(contentsOf: url, encoding: .utf8)), to: url)
    }

    private static func cut(_ shop: SmallShop, _ path: String) throws {
        let url = shop.folder.appending(path: path)
        let whole = try Data(contentsOf: url)
        try whole.prefix(whole.count / 2).write(to: url)
    }

    /// A copy of an encoder of the demo inside the shop, used by its configuration.
    private static func ownEncoder(_ shop: SmallShop, _ name: String) throws {
        let encoders = CommandLine.root.appending(path: "Examples/Demo/encoders/\(name)")
        try FileManager.default.copyItem(at: encoders, to: shop.folder.appending(path: name))
        try shop.configure([(encoders.path, name)])
    }

    static let damages: [Damage] = [
        Damage(name: "missing users", expected: ["users.tsv", "No such file"]) {
            try FileManager.default.removeItem(at: $0.folder.appending(path: "world/users.tsv"))
        },
        Damage(name: "wrong columns", expected: ["items.tsv:3", "column"]) {
            try edit($0, "world/items.tsv") { text in
                var lines = text.components(separatedBy: "\n")
                lines[2] = "only-one-column"
                return lines.joined(separator: "\n")
            }
        },
        Damage(name: "unknown item", expected: ["users.tsv:1", "nobody-has-this"]) {
            try edit($0, "world/users.tsv") { "new\tnobody-has-this \($0.split(separator: "\t")[1].prefix(5))\n" + $0 }
        },
        Damage(name: "empty dataset", expected: ["users.tsv"]) { try edit($0, "world/users.tsv") { _ in "" } },
        Damage(name: "truncated picture", expected: [".png", "cut off"]) { shop in
            let name = try FileManager.default.contentsOfDirectory(
                atPath: shop.folder.appending(path: "world/pictures").path
            ).sorted()[3]
            try cut(shop, "world/pictures/\(name)")
        },
        Damage(name: "missing encoder", expected: ["nowhere"]) {
            try $0.configure([(CommandLine.root.appending(path: "Examples/Demo/encoders/text").path, "nowhere")])
        },
        Damage(name: "truncated weights", expected: ["model.safetensors"]) {
            try ownEncoder($0, "text")
            try cut($0, "text/model.safetensors")
        },
        Damage(name: "wrong shape", expected: ["model.safetensors", "has shape", "expected"]) {
            try ownEncoder($0, "text")
            try edit($0, "text/config.json") { $0.replacing("\"hidden_size\": 64", with: "\"hidden_size\": 32") }
        },
        Damage(name: "unknown setting", expected: ["config.yaml:", "train.epochz", "unknown setting", "\"epochs\""]) {
            try $0.configure([("epochs: 2", "epochz: 2")])
        },
        Damage(name: "unknown model type", expected: ["config.json", "bert", "vit"]) {
            try ownEncoder($0, "text")
            try edit($0, "text/config.json") { $0.replacing("\"bert\"", with: "\"gru4rec\"") }
        },
        Damage(name: "users with one item", expected: ["none of the 20 users", "minimum_items"]) {
            try edit($0, "world/users.tsv") { text in
                text.split(separator: "\n").map { String($0.split(separator: " ")[0]) }.joined(separator: "\n") + "\n"
            }
        },
        Damage(name: "heads that do not divide the width", expected: ["heads", "divisor"]) {
            try $0.configure([("  epochs: 2", "  epochs: 2\n  user_encoder:\n    heads: 7")])
        },
        Damage(name: "layers that are not there", expected: ["layers", "0 to 6"]) {
            try $0.configure([("layers: [0, 3, 6]", "layers: [0, 7]")])
        },
    ]

    @Test(arguments: damages) func endsWithAClearError(_ damage: Damage) throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 20)
            try damage.harm(shop)
            let outcome = try CommandLine.run(["run", "config.yaml"], in: folder)
            #expect(outcome.code != 0)
            for text in damage.expected { #expect(outcome.errors.contains(text), "\(text) in: \(outcome.errors)") }
            #expect(!outcome.errors.contains("Fatal error"))
            // Nothing half-written: no hidden partial file or folder, no run.
            let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
            #expect(!names.contains { $0.hasSuffix(".partial") || $0.hasSuffix(".old") }, "\(names)")
            #expect(!FileManager.default.fileExists(atPath: shop.run.path))
        }
    }

    @Test func damagedPicturesCanBeSkipped() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 20)
            let name = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "world/pictures").path)
                .sorted()[3]
            try Self.cut(shop, "world/pictures/\(name)")
            let outcome = try CommandLine.run(["run", "config.yaml", "--set", "encode.image.damaged=skip"], in: folder)
            #expect(outcome.code == 0, "\(outcome.errors)")
            #expect(outcome.errors.contains("skipped") && outcome.errors.contains(name))
            let store = try HiddenStateStore.open(folder.appending(path: "states/image"))
            #expect((0..<100).count { !store.isPresent($0) } == 1)
        }
    }

    @Test func aStoreOfAnotherEncoderIsRefused() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 20)
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
            let before = try shop.files(below: "states/text")
            let outcome = try CommandLine.run(["encode", "config.yaml", "--set", "encode.text.layers=[0, 6]"], in: folder)
            #expect(outcome.code != 0)
            #expect(outcome.errors.contains("states/text") && outcome.errors.contains("layers"), "\(outcome.errors)")
            #expect(try shop.files(below: "states/text") == before)
        }
    }

    @Test func wrongQuestionsToATrainedRun() throws {
        try withTemporaryFolder { folder in
            let shop = try SmallShop(folder, items: 100, users: 20)
            #expect(try CommandLine.run(["run", "config.yaml"], in: folder).code == 0)
            for (arguments, text) in [
                (["recommend", "runs/iisan", "--history", "nothing-like-it"], "nothing-like-it"),
                (["recommend", "runs/iisan", "--history", ""], "empty"),
                (["recommend", "nowhere", "--history", "a"], "is not a run"),
                (["report", "nowhere"], "is not a run"),
                (["train", "config.yaml", "--set", "train.seed=9"], "other settings"),
                (["train", "nowhere.yaml"], "nowhere.yaml"),
            ] {
                let outcome = try CommandLine.run(arguments, in: folder)
                #expect(outcome.code != 0)
                #expect(outcome.errors.contains(text), "\(arguments): \(outcome.errors)")
            }
            // A checkpoint with a tensor missing.
            let model = shop.run.appending(path: "checkpoints/best/model.safetensors")
            let weights = try Weights(file: model)
            let names = weights.names.sorted().dropFirst()
            try Weights.write(names.map { ($0, try! weights.tensor($0).clone()) }, to: model)
            let outcome = try CommandLine.run(["recommend", "runs/iisan", "--history", "i1"], in: folder)
            #expect(outcome.code != 0 && outcome.errors.contains("is missing"), "\(outcome.errors)")
        }
    }
}
