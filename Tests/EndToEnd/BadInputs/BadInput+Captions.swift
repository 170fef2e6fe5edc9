import Foundation
import TestSupport

extension BadInput {
    /// Models that caption, and files of captions.
    static let captions: [BadInput] = [
        BadInput("No section of captions", on: .dataset, "caption config.yaml", says: ["encode.captions", "model"]),
        BadInput(
            "Captions without a model", on: .dataset, "caption config.yaml --set encode.captions.file=c.jsonl",
            says: ["encode.captions.model", "empty"]),
        BadInput(
            "Captions without a file", on: .dataset, "caption config.yaml --set encode.captions.model=model",
            says: ["encode.captions.file", "empty"]),
        BadInput(
            "A file of captions with another ending", on: .dataset, "caption config.yaml --set encode.captions.file=c.txt",
            says: ["encode.captions.file", "c.txt", "jsonl"]),
        BadInput(
            "Captions that are read and not made", on: .dataset, "encode config.yaml --set encode.text.source=captions",
            says: ["encode.text.source", "encode.captions"]),
        BadInput(
            "Captions of pictures' states", on: .dataset, "encode config.yaml --set encode.image.source=captions",
            says: ["encode.image.source", "no texts"]),
        BadInput(
            "A source that is none", on: .dataset, "encode config.yaml --set encode.text.source=caption",
            says: ["encode.text.source", "caption", "captions"]),
        BadInput(
            "A model that captions and is not there", on: .dataset,
            "caption config.yaml --set encode.captions.model=models/llava --set encode.captions.file=captions.jsonl",
            says: ["models/llava", "models pull"]),
        model("An encoder in the model's place", says: ["bert", "llava", "smolvlm"]) {
            try $0.remove("model")
            try FileManager.default.copyItem(at: PreparedShop.encoders.appending(path: "text"), to: $0["model"])
        },
        model("A model without a tokenizer", says: ["model", "tokenizer"]) { try $0.remove("model/tokenizer.json") },
        model("A model without a picture processor", says: ["model", "preprocessor_config.json"]) {
            try $0.remove("model/processor_config.json")
        },
        model("A model with half of its weights", says: ["model.safetensors"]) { try $0.cut("model/model.safetensors") },
        model("A quantised model", says: ["quantization_config", "float32"]) {
            try $0.replace(
                "\"model_type\": \"llava\"", with: "\"model_type\": \"llava\", \"quantization_config\": {\"bits\": 4}",
                in: "model/config.json")
        },
        model("Beams", says: ["generation_config.json", "num_beams", "4"]) {
            try $0.write("{\"num_beams\": 4}\n", to: "model/generation_config.json")
        },
        model("A layer that the tower does not have", says: ["vision_feature_layer", "-9", "0 to 2"]) {
            try $0.replace("\"vision_feature_layer\": -2", with: "\"vision_feature_layer\": -9", in: "model/config.json")
        },
        model("A tokenizer of another image token", says: ["<image>", "tokens of number"]) {
            try $0.replace("\"image_token_index\": 400", with: "\"image_token_index\": 399", in: "model/config.json")
        },
        model(
            "A template without the picture", "'encode.captions.template=\"{prompt}\"'",
            says: ["encode.captions.template", "{image}"]),
        model("Captions of no tokens", "encode.captions.maximum_tokens=0", says: ["encode.captions.maximum_tokens", "0"]),
        model("Captions longer than the model", "encode.captions.maximum_tokens=100000", says: ["100000", "2048"]),
        model("A temperature below zero", "encode.captions.temperature=-1", says: ["encode.captions.temperature", "-1"]),
        model("No memory for a model", "encode.memory=1MB", says: ["GB", "one picture"]),
        model("A damaged manifest of captions", says: ["captions.json", "missing"]) {
            try $0.write("A mug.\n", to: "captions.jsonl")
            try $0.write("{}\n", to: "captions.json")
        },
        BadInput(
            "Captions that are none", on: .dataset,
            "encode config.yaml --set encode.text.source=captions --set encode.captions.model=model --set encode.captions.file=captions.jsonl",
            says: ["captions.jsonl", "line 1"]
        ) { try $0.write("A mug.\n", to: "captions.jsonl") },
        BadInput(
            "Parts of captions that are not there", on: .dataset,
            "caption config.yaml --merge 2 --set encode.captions.model=model --set encode.captions.file=captions.jsonl",
            says: ["captions.jsonl", "2 of 2 parts are not there: 1, 2"]
        ) { try FileManager.default.copyItem(at: fixture("Captions/folders/llava"), to: $0["model"]) },
        model("Captions of unknown make", says: ["captions.jsonl", "--anew"]) { try $0.write("", to: "captions.jsonl") },
    ]

    /// A row about a small model of LLaVA's kind in the folder `model`.
    private static func model(
        _ title: String, _ setting: String? = nil, says: [String],
        _ prepare: @escaping @Sendable (BadInputFolder) throws -> Void = { _ in }
    ) -> BadInput {
        let command = "caption config.yaml --set encode.captions.model=model --set encode.captions.file=captions.jsonl"
        return BadInput(title, on: .dataset, setting.map { "\(command) --set \($0)" } ?? command, says: says) {
            try FileManager.default.copyItem(at: fixture("Captions/folders/llava"), to: $0["model"])
            try prepare($0)
        }
    }
}
