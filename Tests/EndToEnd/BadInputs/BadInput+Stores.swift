import Foundation

extension BadInput {
    /// Hidden-state stores that are missing, damaged or of something else.
    static let stores: [BadInput] = [
        store("A store that is not there", says: ["states/text", "encode"]) { try $0.remove("states/text") },
        store("A store without its manifest", says: ["states/text", "manifest.json"]) {
            try $0.remove("states/text/manifest.json")
        },
        store("A file in the store's place", says: ["states/text"]) {
            try $0.remove("states/text")
            try $0.write("none\n", to: "states/text")
        },
        store("A store whose encoding was interrupted", says: ["states/text", "unfinished"]) {
            try $0.move("states/text", to: "states/text.building")
        },
        store("A store whose manifest is cut off", says: ["manifest.json", "JSON"]) { try $0.cut("states/text/manifest.json") },
        manifest("A store of a later version", "\"formatVersion\" : 1", "\"formatVersion\" : 99", says: ["99"]),
        manifest("A store whose manifest was edited", "\"width\" : 64", "\"width\" : 32", says: ["hash"]),
        manifest("A store of another type than its manifest says", "\"float16\"", "\"float32\"", says: ["hash"]),
        manifest("A store with a number of items below zero", "\"itemCount\" : 100", "\"itemCount\" : -100", says: ["-100"]),
        manifest("A store with an item too few", "\"itemCount\" : 100", "\"itemCount\" : 101", says: ["100", "101"]),
        manifest("A store with a key too few", "\"identityHash\"", "\"identity_hash\"", says: ["identityHash"]),
        store("A store without its shard", says: ["states-00000.safetensors", "No such file"]) {
            try $0.remove("states/text/states-00000.safetensors")
        },
        store("A shard that is cut off", says: ["states-00000.safetensors"]) {
            try $0.cut("states/text/states-00000.safetensors")
        },
        store("A shard of another store", says: ["states-00000.safetensors"]) {
            try $0.remove("states/text/states-00000.safetensors")
            try $0.move("states/image/states-00000.safetensors", to: "states/text/states-00000.safetensors")
        },
        store("A store of another dataset", says: ["states/text", "items"]) { folder in
            try folder.remove("dataset")
            let items = try folder.text("world/items.tsv").split(separator: "\n").reversed()
            try folder.write(items.joined(separator: "\n") + "\n", to: "world/items.tsv")
            try CommandLine.run(
                ["data", "import", "dataset", "--interactions", "world/users.tsv", "--items", "world/items.tsv"],
                in: folder.url)
        },
        BadInput(
            "A changed byte in a shard", on: .states, "encode config.yaml --verify",
            says: ["states-00000.safetensors", "SHA-256"]
        ) { try $0.overwriteEnd("states/text/states-00000.safetensors", with: [0x7F]) },
        BadInput(
            "A store whose list of items was edited", on: .states, "encode config.yaml --verify",
            says: ["states/text/items.jsonl"]
        ) { try $0.replace("\"id\"", with: "\"ID\"", in: "states/text/items.jsonl") },
        BadInput(
            "Other layers than those of the store", on: .states, "encode config.yaml --set encode.text.layers=[0,6]",
            says: ["states/text", "layers"]),
        BadInput(
            "Another type than that of the store", on: .states, "encode config.yaml --set encode.dtype=float32",
            says: ["states/text", "dtype"]),
        BadInput(
            "Parts of a store that are not there", on: .states, "encode config.yaml --merge 4",
            says: ["states/text", "4 of 4 parts are not there: 1, 2, 3, 4", "--part 1/4"]),
        BadInput(
            "Parts of a store of which one has other items", on: .states, "encode config.yaml --merge 2",
            says: ["part 2 of 2", "other items", "states/text.part-00002-of-00002"]
        ) { folder in
            try CommandLine.run(["encode", "config.yaml", "--part", "1/2"], in: folder.url)
            try FileManager.default.copyItem(
                at: folder["states/text.part-00001-of-00002"], to: folder["states/text.part-00002-of-00002"])
        },
        BadInput(
            "A changed encoder with the store of the old one", on: .states, "encode config.yaml",
            says: ["states/text", "weights"]
        ) {
            try $0.ownEncoder("text")
            try $0.overwriteEnd("text/model.safetensors", with: [0, 0, 0, 0])
        },
    ]

    /// A row that trains on stores of which the one of titles was damaged.
    private static func store(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput { BadInput(input, on: .states, "train config.yaml", says: says, spoil: spoil) }

    /// A row that trains on a store with another text in its manifest.
    private static func manifest(_ input: String, _ old: String, _ new: String, says: [String]) -> BadInput {
        store(input, says: ["states/text/manifest.json"] + says) {
            try $0.replace(old, with: new, in: "states/text/manifest.json")
        }
    }
}
