extension BadInput {
    /// Questions that a trained run cannot answer, and reports that cannot be drawn.
    static let questions: [BadInput] = [
        recommend("An item that the dataset does not have", "--history nothing-like-it", says: ["nothing-like-it"]),
        recommend("An item with a capital letter too many", "--history I01", says: ["I01", "Did you mean"]),
        recommend("Items with semicolons between them", "--history 'i01;i02'", says: ["i01;i02"]),
        recommend("An empty history", "--history ''", says: ["history", "empty"]),
        recommend("A history of nothing but commas", "--history ,,", says: ["history", "empty"]),
        recommend("No items asked for", "--history i01 --top 0", says: ["0"]),
        recommend("A number of items below zero", "--history i01 --top=-3", says: ["-3"]),
        recommend(
            "A file of histories that is not there", "--histories sessions.txt", says: ["sessions.txt", "Check the path"]),
        recommend("A folder in place of a file of histories", "--histories dataset", says: ["dataset", "is a folder"]),
        BadInput(
            "A line with items that the dataset does not have", on: .run, with: ["sessions.txt": "i01,i02\nnothing here\n"],
            "recommend runs/iisan --histories sessions.txt", says: ["sessions.txt", "1 of 2", "line 2", "nothing"],
            leaves: ["runs/iisan/served.safetensors"]),
        BadInput(
            "A line of JSON that is cut off", on: .run, with: ["sessions.txt": "{\"history\": [\"i01\"\n"],
            "recommend runs/iisan --histories sessions.txt --format jsonl", says: ["1 of 1", "line 1", "JSON"],
            leaves: ["runs/iisan/served.safetensors"]),
        BadInput(
            "Lists of all users over a file of one's own", on: .run, with: ["lists.tsv": "mine"],
            "recommend runs/iisan --all --output lists.tsv", says: ["lists.tsv", "already exists", "--replace"]),
        recommend(
            "Lists of all users in a folder's place", "--all --output dataset --replace", says: ["dataset", "no plain file"]),
        recommend("No items asked for, for all users", "--all --top 0 --output lists.tsv", says: ["0 items"]),
        similar("An item like one that is not there", "--item nothing-like-it", says: ["nothing-like-it"]),
        similar(
            "Items like another by what the run does not know", "--item i01 --by sound", says: ["sound", "Known here", "text"]),
        recommend("A picture of an item that is not there", "--title a --picture gone.jpg", says: ["gone.jpg"]),
        recommend("A picture that is none", "--picture config.yaml", says: ["config.yaml", "not a picture"]),
        recommend("A title of spaces", "--title '  '", says: ["nothing that this run reads", "text or image"]),
        BadInput(
            "An item and another's title", on: .run, "similar runs/iisan --item i01 --title a", code: 64,
            says: ["--item", "--title"]),
        similar("No items like another asked for", "--item i01 --top 0", says: ["0 items"]),
        export("Vectors over notes of one's own", "--form npy --output notes", says: ["notes", "already exists"]),
        export("Vectors in place of notes", "--form npy --output notes --replace", says: ["notes", "is not an export"]),
        export("Vectors in the run's own folder", "--form npy --output runs/iisan/vectors", says: ["runs/iisan"]),
        BadInput(
            "Vectors of a folder that is no run", "export runs/iisan --form npy --output vectors",
            says: ["runs/iisan", "not a run"]),
        BadInput(
            "Recommendations of a folder that is no run", "recommend runs/iisan --history a", says: ["runs/iisan", "not a run"]),
        BadInput("A report on a folder that is no run", "report runs/iisan", says: ["runs/iisan", "not a run"]),
        BadInput(
            "A report beside a folder that is no run", on: .run, "report runs/iisan dataset --compare", says: ["dataset"]),
        report("A run that was not evaluated", says: ["runs/iisan", "evaluate"]) { try $0.remove("runs/iisan/result.json") },
        report("A result that is cut off", says: ["result.json", "JSON"]) { try $0.cut("runs/iisan/result.json") },
        report("A result of an earlier version", says: ["result.json", "version 1"]) {
            try $0.replace("\"formatVersion\" : 2", with: "\"formatVersion\" : 1", in: "runs/iisan/result.json")
        },
        report("A result without its users' ranks", says: ["result.json"]) {
            try $0.write("{\"formatVersion\": 2}\n", to: "runs/iisan/result.json")
        },
        report("Ranks that are cut off", says: ["ranks.test.safetensors"]) { try $0.cut("runs/iisan/ranks.test.safetensors") },
        report("Ranks that no user can have", says: ["ranks.test.safetensors", "impossible"]) {
            try $0.overwriteEnd("runs/iisan/ranks.test.safetensors", with: Array(repeating: 0xFF, count: 40 * 8))
        },
        report("A run without the machine it was trained on", says: ["environment.json"]) {
            try $0.remove("runs/iisan/environment.json")
        },
        report("Events that are damaged", says: ["events.jsonl:1"]) {
            try $0.write("epoch 1\n", to: "runs/iisan/events.jsonl")
        },
        BadInput(
            "A report in a dataset's folder", on: .run, "report runs/iisan --output dataset",
            says: ["dataset", "is a dataset directory"]),
        BadInput(
            "A report in a study's place", on: .run, with: ["other/plan.json": #"{"kind": "study"}"#],
            "report runs/iisan --output other", says: ["other", "is a study"]),
        BadInput(
            "A report over a table of one's own", on: .run, with: ["notes/table.csv": "mine"],
            "report runs/iisan --output notes", says: ["notes", "table.csv"]),
        BadInput(
            "A report over a page of one's own", on: .run,
            with: ["notes/report.html": "<html>mine</html>", "notes/a.txt": "a"],
            "report runs/iisan --output notes", says: ["notes", "report.html"]),
        BadInput(
            "A ceiling that is no world's", on: .run, "report runs/iisan", says: ["world/world.json"]
        ) { try $0.write("{}\n", to: "world/world.json") },
    ]

    private static func recommend(_ input: String, _ options: String, says: [String]) -> BadInput {
        BadInput(input, on: .run, "recommend runs/iisan \(options)", says: says)
    }

    private static func similar(_ input: String, _ options: String, says: [String]) -> BadInput {
        BadInput(input, on: .run, "similar runs/iisan \(options)", says: says, leaves: ["runs/iisan/served.safetensors"])
    }

    private static func export(_ input: String, _ options: String, says: [String]) -> BadInput {
        BadInput(input, on: .run, with: ["notes/a.txt": "mine"], "export runs/iisan \(options)", says: says)
    }

    /// A row that draws a run which was damaged.
    private static func report(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput { BadInput(input, on: .run, "report runs/iisan", says: says, spoil: spoil) }
}
