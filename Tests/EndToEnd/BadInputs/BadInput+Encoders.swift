extension BadInput {
    /// Folders of encoders that are missing, incomplete or of another kind.
    static let encoders: [BadInput] = [
        BadInput(
            "An encoder that is not there", on: .dataset, "encode config.yaml --set encode.text.encoder=encoders/bert",
            says: ["encoders/bert", "models pull"]),
        BadInput(
            "A file in the encoder's place", on: .dataset, "encode config.yaml --set encode.text.encoder=config.yaml",
            says: ["config.yaml"]),
        BadInput(
            "No encoder named", on: .dataset, "encode config.yaml --set 'encode.text.encoder=\"\"'", says: ["encode", "text"]),
        BadInput(
            "No store named", on: .dataset, "encode config.yaml --set 'encode.text.store=\"\"'", says: ["encode", "text"]),
        BadInput(
            "An encoder of pictures for titles", on: .dataset, "encode config.yaml --set encode.text.encoder=image",
            says: ["image"]
        ) { try $0.ownEncoder("image") },
        BadInput(
            "An encoder of titles for pictures", on: .dataset,
            "encode config.yaml --set train.modality=image --set encode.image.encoder=text", says: ["text"]
        ) { try $0.ownEncoder("text") },
        BadInput(
            "A layer that the encoder does not have", on: .dataset, "encode config.yaml --set encode.text.layers=[0,7]",
            says: ["encode.text.layers", "0 to 6", "7"]),
        BadInput(
            "Damaged pictures among titles", on: .dataset, "run config.yaml --set encode.text.damaged=skip",
            says: ["encode.text.damaged", "no effect", "pictures"]),
        BadInput(
            "Tokens of pictures", on: .dataset, "run config.yaml --set encode.image.maximum_tokens=10",
            says: ["encode.image.maximum_tokens", "no effect", "titles"]),
        BadInput(
            "A layer below zero", on: .dataset, "encode config.yaml --set encode.text.layers=[-1,6]", says: ["-1"]),
        BadInput(
            "A layer twice", on: .dataset, "encode config.yaml --set encode.text.layers=[3,3]", says: ["3"]),
        BadInput(
            "No layer at all", on: .dataset, "encode config.yaml --set encode.text.layers=[]", says: ["layers"]),
        BadInput(
            "More tokens than the encoder reads", on: .dataset, "encode config.yaml --set encode.text.maximum_tokens=1000",
            says: ["1000", "40"]),
        BadInput(
            "Titles of no tokens", on: .dataset, "encode config.yaml --set encode.text.maximum_tokens=0", says: ["tokens", "0"]),
        text("An encoder without config.json", says: ["text", "config.json"]) { try $0.remove("text/config.json") },
        text("An encoder with an empty config.json", says: ["config.json", "JSON"]) {
            try $0.write("", to: "text/config.json")
        },
        text("An encoder with half a config.json", says: ["config.json", "JSON"]) { try $0.cut("text/config.json") },
        text("An encoder with a web page as config.json", says: ["config.json", "JSON"]) {
            try $0.write("<!DOCTYPE html>\n<html></html>\n", to: "text/config.json")
        },
        text("An encoder with a list as config.json", says: ["config.json"]) {
            try $0.write("[1, 2]\n", to: "text/config.json")
        },
        configured("An encoder without its model_type", "\"model_type\": \"bert\",", "", says: ["config.json", "model_type"]),
        configured("An encoder of an unknown family", "\"bert\"", "\"gru4rec\"", says: ["config.json", "gru4rec", "vit"]),
        configured(
            "A width in words", "\"hidden_size\": 64", "\"hidden_size\": \"wide\"", says: ["config.json", "hidden_size"]),
        configured(
            "A width of nothing", "\"hidden_size\": 64", "\"hidden_size\": 0", says: ["config.json", "hidden_size", "0"]),
        configured(
            "A width of a billion", "\"hidden_size\": 64", "\"hidden_size\": 1000000000", says: ["config.json", "hidden_size"]),
        configured(
            "Heads that do not divide the encoder's width", "\"num_attention_heads\": 4", "\"num_attention_heads\": 5",
            says: ["config.json", "5"]),
        configured(
            "An encoder of a depth below zero", "\"num_hidden_layers\": 6", "\"num_hidden_layers\": -6",
            says: ["config.json", "num_hidden_layers", "-6"]),
        configured("An unknown activation", "\"gelu\"", "\"swoosh\"", says: ["config.json", "hidden_act", "swoosh"]),
        configured(
            "A norm without its summand", "\"layer_norm_eps\": 1e-12", "\"layer_norm_eps\": 0",
            says: ["config.json", "layer_norm_eps"]),
    ]

    /// A row that encodes titles with a copy of the demo's encoder, `text`, which was damaged.
    static func text(
        _ input: String, says: [String], leaves: [String] = [], spoil: @escaping @Sendable (BadInputFolder) throws -> Void
    ) -> BadInput {
        BadInput(input, on: .dataset, "encode config.yaml", says: says, leaves: leaves) {
            try $0.ownEncoder("text")
            try spoil($0)
        }
    }

    /// A row that encodes with another value in the encoder's `config.json`.
    private static func configured(_ input: String, _ old: String, _ new: String, says: [String]) -> BadInput {
        text(input, says: says) { try $0.replace(old, with: new, in: "text/config.json") }
    }
}
