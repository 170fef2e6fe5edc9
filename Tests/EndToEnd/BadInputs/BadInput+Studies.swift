extension BadInput {
    /// Studies that cannot be planned.
    static let studies: [BadInput] = [
        BadInput("A study that is not there", "compare study.yaml", says: ["study.yaml", "No such file"]),
        study("A study that does not say which", "compare", "base: config.yaml\n", says: ["study.yaml", "study: compare"]),
        study("A study that is none", "compare", "study: contrast\n", says: ["study.yaml:1", "contrast"]),
        study("A study for another verb", "compare", "study: tune\n", says: ["study.yaml:1", "iisan tune"]),
        study(
            "A setting that is misspelt", "compare", "study: compare\nvarients: []\n",
            says: ["study.yaml:2", "varients", "variants"]),
        study("A base that is not there", "compare", "study: compare\nbase: common.yaml\n", says: ["common.yaml"]),
        study("No variants", "compare", "study: compare\nvariants: []\n", says: ["study.yaml", "nothing to compare"]),
        study(
            "Variants as a section", "compare", "study: compare\nvariants: {name: a}\n",
            says: ["study.yaml:2", "variants", "list"]),
        study(
            "A variant without a name", "compare", "study: compare\nvariants:\n  - set: {train.rate: 0.1}\n",
            says: ["study.yaml:3", "name"]),
        variants(
            "A variant with a seed among its settings", "{name: a, set: {train.seed: 7}}",
            says: ["study.yaml:3", "train.seed", "seeds"]),
        variants(
            "A variant with a run of its own", "{name: a, set: {train.run: elsewhere}}",
            says: ["study.yaml:3", "train.run", "folder"]),
        variants("A name that is no folder's", "{name: a/b}", says: ["study.yaml:3", "a/b"]),
        variants("A name of the study's own files", "{name: study.json}", says: ["study.yaml:3", "study.json"]),
        variants(
            "Two variants of one name", "{name: a, set: {train.rate: 0.1}}", "{name: A, set: {train.rate: 0.2}}",
            says: ["study.yaml:4", "twice"]),
        variants(
            "Two variants of the same settings", "{name: a}", "{name: b, set: {}}", says: ["study.yaml:4", "a", "b", "same"]),
        variants(
            "A variant with a setting that is misspelt", "{name: a, set: {train.epochz: 3}}", says: ["study.yaml:3", "epochz"]),
        variants(
            "A variant with a value that makes no sense", "{name: a, set: {train.epochs: 0}}", says: ["study.yaml:3", "epochs"]),
        variants(
            "A setting twice, in both forms", "{name: a, set: {train.rate: 0.1, train: {rate: 0.2}}}",
            says: ["study.yaml:3", "train.rate", "twice"]),
        variants("A variant that is neither trained nor measured", "{name: a, train: false}", says: ["study.yaml:3", "a"]),
        variants("No steps to measure", "{name: a, measure_steps: 0}", says: ["study.yaml:3", "measure_steps", "0"]),
        variants("A seed twice in a variant", "{name: a, seeds: [1, 1]}", says: ["study.yaml:3", "seeds"]),
        variants(
            "Variants on other splits", "{name: a}", "{name: b, set: {data.split.minimum_items: 6}}",
            says: ["study.yaml", "a", "b", "split"]),
        study("No seeds", "compare", "study: compare\nseeds: []\n", says: ["study.yaml", "seeds"]),
        study("A seed twice", "compare", "study: compare\nseeds: [1, 2, 1]\n", says: ["study.yaml", "seeds"]),
        study(
            "Weights that do not add up to 1", "compare", "study: compare\nweights: {time: 1, parameters: 1, memory: 1}\n",
            says: ["study.yaml", "weights", "1"]),
        study(
            "A reference that is no variant", "compare", "study: compare\nreference: lore\n",
            says: ["study.yaml", "reference", "lore", "lora"]),
        BadInput(
            "A method that is no variant", on: .dataset, with: ["study.yaml": "study: compare\n"],
            "compare study.yaml --methods iisan,lore", says: ["--methods", "lore", "lora"]),
        study(
            "An axis that is none", "ablate", "study: ablate\naxes: [gates, colours]\n",
            says: ["study.yaml:2", "axes", "colours"]),
        study(
            "An ablation of layers whose stores keep some", "ablate", "study: ablate\naxes: [layers]\n",
            says: ["study.yaml", "axes", "layers"]),
        study(
            "An ablation of a method without parts", "ablate", "study: ablate\nset: {train.method: id}\n",
            says: ["study.yaml", "id", "iisan"]),
        study(
            "An encoder to scale to that is not there", "scale", "study: scale\ntext: [encoders/large]\n",
            says: ["encoders/large"]),
        study("An encoder without a directory", "scale", "study: scale\ntext:\n  - {name: large}\n", says: ["study.yaml:3"]),
        study("No run to spoil", "robustness", "study: robustness\n", says: ["study.yaml", "run"]),
        study("A run to spoil that is not there", "robustness", "study: robustness\nrun: runs/none\n", says: ["runs/none"]),
        study(
            "A share above 1", "robustness", "study: robustness\nrun: runs/iisan\nrates: [0.5, 2]\n",
            says: ["study.yaml", "rates"]),
        study(
            "A change that is none", "robustness", "study: robustness\nrun: runs/iisan\nchanges: [titles-lost]\n",
            says: ["study.yaml:3", "changes", "titles-lost"]),
        study("A study in the place of a file", "compare", "study: compare\nfolder: config.yaml\n", says: ["config.yaml"]),
    ]

    /// Searches that cannot be planned.
    static let searches: [BadInput] = [
        search("Nothing to search", "", says: ["study.yaml", "nothing to search"]),
        search("A search that is a list", "search: [train.rate]\n", says: ["study.yaml:2", "search", "list"]),
        search("A single value", "search: {train.rate: 0.1}\n", says: ["study.yaml:2", "train.rate", "0.1"]),
        search("A list of no values", "search: {train.rate: []}\n", says: ["study.yaml:2", "train.rate"]),
        search(
            "A range in the wrong order", "search: {train.rate: {from: 0.1, to: 0.001}}\n",
            says: ["study.yaml:2", "train.rate"]),
        search("A range of one number", "search: {train.rate: {from: 0.1, to: 0.1}}\n", says: ["study.yaml:2", "train.rate"]),
        search("A range without its end", "search: {train.rate: {from: 0.1}}\n", says: ["study.yaml:2", "train.rate"]),
        search("A range without end", "search: {train.rate: {from: 0.1, to: .inf}}\n", says: ["study.yaml:2", "train.rate"]),
        search(
            "A range in words", "search: {train.rate: {from: small, to: large}}\n", says: ["study.yaml:2", "from", "small"]),
        search(
            "Even steps of the logarithm from zero", "search: {train.rate: {from: 0, to: 0.1, scale: log}}\n",
            says: ["study.yaml:2", "train.rate", "log"]),
        search(
            "A scale that is none", "search: {train.rate: {from: 0.001, to: 0.1, scale: exponential}}\n",
            says: ["study.yaml:2", "scale", "exponential"]),
        search("A setting that is searched twice", "search: {train.rate: [0.1], train.rate: [0.2]}\n", says: ["study.yaml"]),
        search("A setting that does not exist", "search: {train.speed: [1, 2]}\n", says: ["train.speed"]),
        search(
            "A grid with a range", "kind: grid\nsearch: {train.rate: {from: 0.001, to: 0.1}}\n",
            says: ["train.rate", "grid"]),
        search("No trials", "trials: 0\nsearch: {train.rate: [0.1, 0.2]}\n", says: ["study.yaml", "trials", "0"]),
        search(
            "An order that is none", "kind: bayes\nsearch: {train.rate: [0.1, 0.2]}\n", says: ["study.yaml:2", "kind", "bayes"]),
    ]

    /// A row of a study of the shop.
    private static func study(_ input: String, _ verb: String, _ text: String, says: [String]) -> BadInput {
        BadInput(input, on: .dataset, with: ["study.yaml": text], "\(verb) study.yaml", says: says)
    }

    /// A row that compares these variants.
    private static func variants(_ input: String, _ variants: String..., says: [String]) -> BadInput {
        let list = variants.map { "  - \($0)\n" }.joined()
        return study(input, "compare", "study: compare\nvariants:\n\(list)", says: says)
    }

    /// A row of a search of the shop.
    private static func search(_ input: String, _ text: String, says: [String]) -> BadInput {
        BadInput(input, on: .dataset, with: ["study.yaml": "study: tune\n\(text)"], "tune study.yaml", says: says)
    }
}
