extension BadInput {
    /// Configurations that cannot be read.
    static let yaml: [BadInput] = [
        BadInput("A configuration that is not there", "run nowhere.yaml", says: ["nowhere.yaml", "No such file"]),
        BadInput(
            "A folder in the configuration's place", with: ["config.yaml/notes.txt": "x"], "run config.yaml",
            says: ["config.yaml"]),
        BadInput("An empty configuration and no dataset", with: ["config.yaml": ""], "run config.yaml", says: ["dataset"]),
        yaml("A tab in place of spaces", "train:\n\tepochs: 3\n", says: ["config.yaml", "YAML"]),
        yaml("A quote that is not closed", "train:\n  run: \"runs/first\n", says: ["config.yaml", "YAML"]),
        yaml("A bracket that is not closed", "evaluate:\n  cutoffs: [5, 10\n", says: ["config.yaml", "YAML"]),
        yaml("A colon within a text without quotes", "train:\n  run: runs: first\n", says: ["config.yaml", "YAML"]),
        yaml("Keys of one section at two depths", "train:\n  epochs: 3\n    seed: 1\n", says: ["config.yaml", "YAML"]),
        yaml("An alias of nothing", "train:\n  epochs: *many\n", says: ["config.yaml", "YAML"]),
        yaml("Brackets a hundred thousand deep", String(repeating: "[", count: 100_000), says: ["config.yaml", "YAML"]),
        yaml(
            "A merge key, which is not read", "train: &shared\n  epochs: 3\nevaluate:\n  <<: *shared\n",
            says: ["config.yaml:4", "<<"]),
        yaml("A list in place of the sections", "- data\n- train\n", says: ["config.yaml", "section", "list"]),
        yaml("A text in place of the sections", "all defaults\n", says: ["config.yaml", "section", "all defaults"]),
        yaml("A list in place of a section", "train: [epochs, 3]\n", says: ["config.yaml:1", "train", "list"]),
        yaml("A number in place of a section", "train: 3\n", says: ["config.yaml:1", "train", "3"]),
        yaml(
            "A section in place of a number", "train:\n  epochs: {most: 3}\n",
            says: ["config.yaml:2", "train.epochs", "section"]),
        yaml("A number in place of a list", "evaluate:\n  cutoffs: 10\n", says: ["config.yaml:2", "evaluate.cutoffs", "list"]),
        yaml("A section that is misspelt", "trian:\n  epochs: 3\n", says: ["config.yaml:1", "trian", "train"]),
        yaml("A setting that is misspelt", "train:\n  epochz: 3\n", says: ["config.yaml:2", "train.epochz", "epochs"]),
        yaml(
            "A setting two sections deep that is misspelt", "train:\n  user_encoder:\n    head: 2\n",
            says: ["config.yaml:3", "train.user_encoder.head", "heads"]),
        yaml("A setting of the wrong section", "train:\n  cutoffs: [10]\n", says: ["config.yaml:2", "train.cutoffs"]),
        yaml("A setting that is set twice", "train:\n  epochs: 3\n  epochs: 4\n", says: ["config.yaml", "epochs"]),
        yaml("A section that occurs twice", "train:\n  epochs: 3\ntrain:\n  seed: 4\n", says: ["config.yaml", "train"]),
        yaml("A configuration that builds on itself", "base: config.yaml\n", says: ["config.yaml:1", "base", "itself"]),
        yaml("A base that is not there", "base: common.yaml\n", says: ["common.yaml", "No such file"]),
        BadInput(
            "A base with a setting that is misspelt",
            with: ["config.yaml": "base: common.yaml\n", "common.yaml": "train:\n  epochz: 3\n"],
            "config config.yaml", says: ["common.yaml:2", "train.epochz", "epochs"]),
        BadInput("A configuration in Latin-1", "config config.yaml", says: ["config.yaml", "UTF-8"]) {
            try $0.write(Array("train:\n  run: caf".utf8) + [0xE9, 0x0A], to: "config.yaml")
        },
        BadInput("A configuration in UTF-16", "config config.yaml", says: ["config.yaml", "UTF-8"]) { folder in
            let text = "train:\n  epochs: 3\n"
            try folder.write([0xFF, 0xFE] + text.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] }, to: "config.yaml")
        },
        BadInput("A picture in the configuration's place", on: .world, "config picture.yaml", says: ["picture.yaml", "UTF-8"]) {
            try $0.move(try $0.picture, to: "picture.yaml")
        },
        yaml("A control character", "train:\n  run: \"runs/\u{1B}[31mred\"\n", says: ["config.yaml", "YAML"]),
        BadInput(
            "--set without an equals sign", on: .world, "config config.yaml --set train.epochs",
            says: ["--set", "train.epochs"]),
        BadInput("--set without a key", on: .world, "config config.yaml --set =3", says: ["--set", "=3"]),
        BadInput(
            "--set with a key that is missing in the middle", on: .world, "config config.yaml --set train..epochs=3",
            says: ["--set", "train..epochs"]),
        BadInput(
            "--set of a setting that is misspelt", on: .world, "config config.yaml --set train.epochz=3",
            says: ["train.epochz", "epochs"]),
        BadInput(
            "--set with half of a list", on: .world, "config config.yaml --set evaluate.cutoffs=[5,10",
            says: ["--set", "evaluate.cutoffs=[5,10"]),
        BadInput("--set of a whole section to a number", on: .world, "config config.yaml --set train=3", says: ["train", "3"]),
    ]

    /// A row with this configuration.
    private static func yaml(_ input: String, _ text: String, says: [String]) -> BadInput {
        BadInput(input, with: ["config.yaml": text], "config config.yaml", says: says)
    }
}
