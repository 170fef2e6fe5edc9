extension BadInput {
    /// Weights that are missing, damaged or of another encoder.
    static let weights: [BadInput] = [
        text("An encoder without weights", says: ["text", "model.safetensors"]) { try $0.remove("text/model.safetensors") },
        text("An encoder with pickled weights only", says: ["text", "pytorch_model.bin"]) {
            try $0.move("text/model.safetensors", to: "text/pytorch_model.bin")
        },
        text("Weights that are cut off", says: ["model.safetensors"]) { try $0.cut("text/model.safetensors") },
        text("Empty weights", says: ["model.safetensors"]) { try $0.write("", to: "text/model.safetensors") },
        text("A Git LFS pointer in the weights' place", says: ["model.safetensors"]) {
            try $0.write(
                "version https://git-lfs.github.com/spec/v1\noid sha256:0123456789abcdef\nsize 1400752\n",
                to: "text/model.safetensors")
        },
        text("A folder in the weights' place", says: ["model.safetensors"]) {
            try $0.remove("text/model.safetensors")
            try $0.makeFolder("text/model.safetensors")
        },
        text("Weights that are a link to themselves", says: ["text"]) {
            try $0.remove("text/model.safetensors")
            try $0.link("text/model.safetensors", to: "model.safetensors")
        },
        text("A header longer than the file", says: ["model.safetensors"]) {
            try $0.write(Array(repeating: 0xFF, count: 7) + [0x0F] + Array("{}".utf8), to: "text/model.safetensors")
        },
        text("A header that is no JSON", says: ["model.safetensors"]) {
            try $0.write([8, 0, 0, 0, 0, 0, 0, 0] + Array("tensors!".utf8), to: "text/model.safetensors")
        },
        text("Weights of another width than config.json says", says: ["model.safetensors", "has shape", "expected"]) {
            try $0.replace("\"hidden_size\": 64", with: "\"hidden_size\": 32", in: "text/config.json")
        },
        text("Weights of fewer blocks than config.json says", says: ["model.safetensors", "missing"]) {
            try $0.replace("\"num_hidden_layers\": 6", with: "\"num_hidden_layers\": 12", in: "text/config.json")
            try $0.replace("layers: [0, 3, 6]", with: "layers: [0, 12]", in: "config.yaml")
        },
        text("Weights with a number that is none", says: ["not a finite number"], leaves: ["states"]) {
            try $0.overwriteEnd("text/model.safetensors", with: Array(repeating: 0xFF, count: 1 << 18))
        },
        indexed(
            "A shard that is not there", "{\"weight_map\": {\"a\": \"model-00001-of-00002.safetensors\"}}",
            says: ["model-00001-of-00002.safetensors"]),
        indexed("An index of no shard", "{\"weight_map\": {}}", says: ["model.safetensors.index.json"]),
        indexed("An index that is no JSON", "weight_map: {}", says: ["model.safetensors.index.json", "JSON"]),
        indexed(
            "A shard outside of the encoder's folder", "{\"weight_map\": {\"a\": \"../../secret\"}}",
            says: ["model.safetensors.index.json", "../../secret"]),
    ]

    /// A row whose weights are shards by an index.
    private static func indexed(_ input: String, _ index: String, says: [String]) -> BadInput {
        text(input, says: says) {
            try $0.remove("text/model.safetensors")
            try $0.write(index, to: "text/model.safetensors.index.json")
        }
    }
}
