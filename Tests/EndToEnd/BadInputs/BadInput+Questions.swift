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

    /// A row that draws a run which was damaged.
    private static func report(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput { BadInput(input, on: .run, "report runs/iisan", says: says, spoil: spoil) }
}
