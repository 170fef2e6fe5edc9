import Torch
import Foundation
import IISAN

extension BadInput {
    /// Runs and checkpoints that are missing, damaged or of something else.
    static let runs: [BadInput] = [
        BadInput("A run that is not there", "evaluate runs/iisan", says: ["runs/iisan", "not a run"]),
        BadInput("A folder that is no run", on: .dataset, "evaluate dataset", says: ["dataset", "not a run"]),
        BadInput("A file in the run's place", on: .world, "evaluate config.yaml", says: ["config.yaml", "not a run"]),
        run("A run whose settings are cut off in the middle of a line", says: ["runs/iisan/config.yaml"]) {
            try $0.write("train:\n  run: \"runs", to: "runs/iisan/config.yaml")
        },
        run("A run whose settings were edited by mistake", says: ["runs/iisan/config.yaml", "epochz"]) {
            try $0.replace("epochs:", with: "epochz:", in: "runs/iisan/config.yaml")
        },
        run("A run whose dataset is gone", says: ["dataset"]) { try $0.remove("dataset") },
        run("A run whose states are gone", says: ["states/text"]) { try $0.remove("states") },
        run("A run without its best epoch", says: ["runs/iisan"]) { try $0.remove("runs/iisan/checkpoints/best") },
        run("A best epoch without its parameters", says: ["best/model.safetensors"]) {
            try $0.remove("runs/iisan/checkpoints/best/model.safetensors")
        },
        run("Parameters that are cut off", says: ["best/model.safetensors"]) {
            try $0.cut("runs/iisan/checkpoints/best/model.safetensors")
        },
        run("Parameters of another model", says: ["best/model.safetensors"]) {
            try $0.remove("runs/iisan/checkpoints/best/model.safetensors")
            try $0.write(
                Array(try Data(contentsOf: PreparedShop.encoders.appending(path: "text/model.safetensors"))),
                to: "runs/iisan/checkpoints/best/model.safetensors")
        },
        run("Parameters with a tensor too few", says: ["best/model.safetensors", "missing"]) { folder in
            let model = folder["runs/iisan/checkpoints/best/model.safetensors"]
            let weights = try Weights(file: model)
            let names = weights.names.sorted().dropFirst()
            try Weights.write(try names.map { ($0, try weights.tensor($0).clone()) }, to: model)
        },
        run("Parameters of another width than the settings", says: ["best/model.safetensors", "has shape"]) {
            try $0.replace("bottleneck: 8", with: "bottleneck: 16", in: "runs/iisan/config.yaml")
        },
        run("A best epoch whose state is no JSON", says: ["best/state.json", "JSON"]) {
            try $0.cut("runs/iisan/checkpoints/best/state.json")
        },
        run("A best epoch of a later version", says: ["best/state.json", "99"]) {
            try $0.replace(
                "\"formatVersion\" : 1", with: "\"formatVersion\" : 99", in: "runs/iisan/checkpoints/best/state.json")
        },
        BadInput(
            "A run without what it was trained from", on: .run, "train config.yaml",
            says: ["runs/iisan/run.json", "empty", "--replace"]
        ) { try $0.write("", to: "runs/iisan/run.json") },
        run("A run whose cost is no JSON", says: ["cost.json", "JSON"]) { try $0.cut("runs/iisan/cost.json") },

        BadInput(
            "A run of another seed in the folder", on: .run, "train config.yaml --set train.seed=9",
            says: ["runs/iisan", "other settings", "--replace"]),
        BadInput(
            "A run of another method in the folder", on: .run, "train config.yaml --set train.method=id",
            says: ["runs/iisan", "other settings", "--replace"]),
    ]

    /// A row that evaluates a run which was damaged.
    private static func run(
        _ input: String, says: [String], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput { BadInput(input, on: .run, "evaluate runs/iisan", says: says, spoil: spoil) }
}
