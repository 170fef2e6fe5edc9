extension BadInput {
    /// Runs that are served, and what comes in.
    static let served: [BadInput] = [
        BadInput("A folder that is no run is served", "serve runs/iisan", says: ["runs/iisan", "not a run"]),
        serve("A setting of the server that there is not", "--set serve.prot=80", says: ["serve.prot", "port"]),
        serve("A port that there is not", "--set serve.port=80000", says: ["serve.port", "80000", "65535"]),
        serve("An address for everybody without tokens", "--set serve.host=0.0.0.0", says: ["0.0.0.0", "tokens"]),
        serve("A file of tokens that is not there", "--set serve.tokens=tokens", says: ["tokens", "No such file"]),
        serve(
            "A file of tokens that others may read", "--set serve.tokens=tokens", says: ["others may read", "chmod 600"],
            with: ["tokens": "read 0123456789abcdef0123456789abcdef\n"]),
        serve(
            "What a server keeps, in the dataset's folder", "--set serve.folder=dataset", says: ["dataset"]),
        serve(
            "A database that this program does not know", "--set serve.database=mysql://localhost/shop",
            says: ["serve.database", "postgres://"]),
        BadInput(
            "A change of an item that changes nothing", on: .run, "items change runs/iisan i01", code: 64, says: ["--title"]),
        BadInput(
            "Events of a file that is not there", on: .run, "events import runs/iisan events.jsonl",
            says: ["events.jsonl", "Check the path"]),
        append("Events for a folder that is no dataset", "runs/iisan --from events.jsonl", says: ["runs/iisan"]),
        append("Events of a file that is not there", "dataset --from nothing.jsonl", says: ["nothing.jsonl"]),
        append("Events of a folder that is no server's", "dataset --from states/text", says: ["states/text", "RUN.served"]),
        append(
            "A line that is no event", "dataset --from events.jsonl", says: ["events.jsonl:2", "JSON"],
            with: ["events.jsonl": "{\"user\": \"u\", \"item\": \"i01\", \"time\": 1}\nnothing\n"]),
        append(
            "An event without an item", "dataset --from events.jsonl", says: ["events.jsonl:1", "item"],
            with: ["events.jsonl": "{\"user\": \"u\"}\n"]),
        append(
            "An event with a field that there is not", "dataset --from events.jsonl",
            says: ["events.jsonl:1", "useer", "user"],
            with: ["events.jsonl": "{\"useer\": \"u\", \"item\": \"i01\"}\n"]),
        BadInput("A run that takes its own place", on: .run, "promote runs/iisan --over runs/iisan", says: ["runs/iisan"]),
        BadInput(
            "A run in the place of none", on: .run, "promote runs/iisan --over runs/other", says: ["runs/other", "not a run"]),
    ]

    private static func serve(
        _ input: String, _ options: String, says: [String], with files: [String: String] = [:]
    ) -> BadInput {
        BadInput(input, on: .run, with: files, "serve runs/iisan \(options)", says: says)
    }

    private static func append(
        _ input: String, _ options: String, says: [String], with files: [String: String] = [:]
    ) -> BadInput {
        BadInput(input, on: .run, with: files, "data append \(options)", says: says)
    }
}
