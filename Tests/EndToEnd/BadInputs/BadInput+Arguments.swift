extension BadInput {
    /// Wrong command lines.
    static let arguments: [BadInput] = [
        BadInput("A verb that does not exist", "trian config.yaml", code: 64, says: ["trian"]),
        BadInput("A verb of the wrong stage", "data encode config.yaml", code: 64, says: ["encode"]),
        BadInput("No configuration", "train", code: 64, says: ["<configuration>"]),
        BadInput("No history", on: .run, "recommend runs/iisan", code: 64, says: ["--history"]),
        BadInput(
            "A history and a file of histories", on: .run, "recommend runs/iisan --history a --histories b.txt", code: 64,
            says: ["--histories"]),
        BadInput(
            "A table for all users", on: .run, "recommend runs/iisan --all --format text", code: 64, says: ["tsv", "jsonl"]),
        BadInput(
            "A file for one history", on: .run, "recommend runs/iisan --history a --output b.tsv", code: 64, says: ["--all"]),
        BadInput("A form that nobody reads", on: .run, "export runs/iisan --form hnsw --output v", code: 64, says: ["hnsw"]),
        BadInput("No run to report on", "report", code: 64, says: ["<runs>"]),
        BadInput("Two configurations", on: .world, "train config.yaml other.yaml", code: 64, says: ["other.yaml"]),
        BadInput("An option that is misspelt", on: .world, "train config.yaml --replce", code: 64, says: ["--replce"]),
        BadInput("An option of another verb", on: .world, "run config.yaml --top 3", code: 64, says: ["--top"]),
        BadInput("A flag with a value", on: .world, "train config.yaml --replace=yes", code: 64, says: ["--replace"]),
        BadInput("--set without a setting", on: .world, "config config.yaml --set", code: 64, says: ["--set"]),
        BadInput(
            "A number in words", on: .run, "recommend runs/iisan --history a --top ten", code: 64, says: ["ten", "--top"]),
        BadInput(
            "A number that no integer holds", on: .run, "recommend runs/iisan --history a --top 99999999999999999999", code: 64,
            says: ["99999999999999999999", "--top"]),
        BadInput(
            "A format that does not exist", on: .run, "evaluate runs/iisan --format yaml", code: 64, says: ["yaml", "json"]),
        BadInput(
            "A split that does not exist", on: .run, "evaluate runs/iisan --split train", code: 64, says: ["train", "test"]),
        BadInput(
            "A form of raw files that does not exist", "data import dataset --form netflix --interactions log.csv", code: 64,
            says: ["netflix", "amazon"]),
        BadInput(
            "An import without interactions", "data import dataset --form table", code: 64, says: ["--interactions"]),
        BadInput(
            "Weights of a report that do not add up to 1", on: .run, "report runs/iisan --weights 1,1,1", code: 64,
            says: ["1,1,1", "add up to 1"]),
        BadInput(
            "One output folder for two reports", on: .run, "report runs/iisan runs/other --output page", code: 64,
            says: ["--output", "--compare"]),
        BadInput(
            "Layers in words", on: .dataset,
            "encode import states.npy --dataset dataset --store s --modality text --layers 0,last", code: 64,
            says: ["--layers", "last"]),
        BadInput(
            "A modality that is none", on: .dataset, "encode random s --dataset dataset --modality 5.1", code: 64,
            says: ["5.1", "modality"]),
        BadInput(
            "A type of numbers that is not stored", on: .dataset,
            "encode random s --dataset dataset --modality text --dtype int8", code: 64, says: ["int8", "bfloat16"]),
        BadInput(
            "A part that there is not", on: .states, "encode config.yaml --part 5/4", says: ["--part", "5/4", "1/4 to 4/4"]),
        BadInput("A part in words", on: .states, "encode config.yaml --part third", says: ["--part", "third", "k/n"]),
        BadInput(
            "The part of a task that is none", on: .states, "encode config.yaml --part auto/4",
            says: ["--part", "SLURM_ARRAY_TASK_ID", "JOB_COMPLETION_INDEX"]),
        BadInput(
            "A part and all parts", on: .states, "encode config.yaml --part 1/4 --merge 4", code: 64,
            says: ["--part", "--merge"]),
        BadInput("No parts to put together", on: .states, "encode config.yaml --merge 0", says: ["--merge", "0"]),
        BadInput("More parts than items", on: .states, "encode config.yaml --part 1/101", says: ["101 parts of 100 items"]),
        BadInput(
            "A page of one part's captions", on: .dataset, "caption config.yaml --part 1/2 --sheet page.html", code: 64,
            says: ["--sheet", "--merge"]),
        BadInput(
            "A seed below zero", on: .dataset, "encode random s --dataset dataset --modality text --seed=-1", code: 64,
            says: ["--seed"]),
    ]
}
