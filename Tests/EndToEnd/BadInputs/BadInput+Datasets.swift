extension BadInput {
    /// Dataset directories that are missing or damaged.
    static let datasets: [BadInput] = [
        BadInput("A dataset that is not there", "data check dataset", says: ["dataset"]),
        BadInput("A folder that is no dataset", on: .world, "data check world", says: ["world", "dataset.json"]),
        BadInput("A file in the dataset's place", on: .world, "data check config.yaml", says: ["config.yaml"]),
        check("A dataset whose manifest is no JSON", says: ["dataset.json", "JSON"]) {
            try $0.write("items: 100\n", to: "dataset/dataset.json")
        },
        check("A dataset of a later version", says: ["dataset.json", "99", "newer"]) {
            try $0.replace("\"formatVersion\" : 1", with: "\"formatVersion\" : 99", in: "dataset/dataset.json")
        },
        check("A dataset whose manifest lacks a key", says: ["dataset.json", "contentHash"]) {
            try $0.replace("\"contentHash\"", with: "\"hash\"", in: "dataset/dataset.json")
        },
        check("A dataset with a number of users below zero", says: ["dataset.json", "users"]) {
            try $0.replace("\"users\" : 40", with: "\"users\" : -40", in: "dataset/dataset.json")
        },
        check("A dataset with a fraction of a user", says: ["dataset.json"]) {
            try $0.replace("\"users\" : 40", with: "\"users\" : 40.5", in: "dataset/dataset.json")
        },
        check("A dataset with a user too few", says: ["dataset"]) {
            try $0.replace("\"users\" : 40", with: "\"users\" : 41", in: "dataset/dataset.json")
        },
        check("A dataset without its items", says: ["items.jsonl"]) { try $0.remove("dataset/items.jsonl") },
        check("A dataset whose items are cut off", says: ["items.jsonl"]) { try $0.cut("dataset/items.jsonl") },
        check("A dataset whose titles were edited", says: ["dataset", "hash"]) {
            try $0.replace("a", with: "e", in: "dataset/items.jsonl")
        },
        check("A dataset whose users are cut off", says: ["users.jsonl"]) { try $0.cut("dataset/users.jsonl") },
        check("A dataset whose histories are cut off", says: ["histories.safetensors"]) {
            try $0.cut("dataset/histories.safetensors")
        },
        check("A dataset whose histories name impossible items", says: ["dataset"]) {
            try $0.overwriteEnd("dataset/histories.safetensors", with: [0xFF, 0xFF, 0xFF, 0x7F])
        },
        check("A dataset whose index is cut off", says: ["index.safetensors"]) { try $0.cut("dataset/index.safetensors") },
        check("A dataset whose index is that of others", says: ["index.safetensors"]) {
            try $0.overwriteEnd("dataset/index.safetensors", with: Array(repeating: 7, count: 64))
        },
        BadInput(
            "A check for users of less than three items", on: .dataset, "data check dataset --minimum-items 1",
            says: ["minimum_items", "1"]),
        BadInput(
            "A folder of the user's own in the place of the dataset that is to be made", on: .world,
            with: ["dataset/notes.txt": "Ask for prices.\n"], "run config.yaml", says: ["dataset"]),
        BadInput(
            "No user with enough items", on: .world, "run config.yaml", says: ["minimum_items"], leaves: ["dataset", "states"]
        ) { folder in
            let lines = try folder.text("world/users.tsv").split(separator: "\n")
            try folder.write(lines.map { $0.split(separator: " ")[0] + "\n" }.joined(), to: "world/users.tsv")
        },
    ]

    /// A row that checks a dataset which was damaged.
    private static func check(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput {
        BadInput(input, on: .dataset, "data check dataset", says: says, spoil: spoil)
    }
}
