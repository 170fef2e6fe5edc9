extension BadInput {
    /// Models that cannot be listed, shown or fetched.
    static let models: [BadInput] = [
        BadInput("A folder of models that is not there", "models list models", says: ["models", "no such folder"]),
        BadInput("A model that is not there", "models show models/bert", says: ["models/bert", "config.json"]),
        BadInput("A folder that is no model", on: .world, "models show world", says: ["world", "config.json"]),
        BadInput("A file in a model's place", on: .world, "models show config.yaml", says: ["config.yaml"]),
        BadInput(
            "A model of an unknown family", with: ["model/config.json": "{\"model_type\": \"mamba\"}\n"], "models show model",
            says: ["model/config.json", "mamba", "bert"]),
        BadInput(
            "A model without its sizes", with: ["model/config.json": "{\"model_type\": \"vit\"}\n"], "models show model",
            says: ["model/config.json", "hidden_size"]),
        BadInput("A name with three parts", "models pull hub/google/vit", says: ["hub/google/vit", "organisation/model"]),
        BadInput("A name that leads out of the cache", "models pull ../secrets", says: ["../secrets"]),
        BadInput("An empty name", "models pull ''", says: ["\"\""]),
        BadInput(
            "An address in place of a name", "models pull https://huggingface.co/google/vit",
            says: ["https://huggingface.co/google/vit"]),
        BadInput(
            "A revision that leads out of the cache", "models pull google/vit --revision ../main",
            says: ["google/vit", "../main"]),
        BadInput(
            "A model that is not in the cache, without a network", "models pull google/vit",
            says: ["google/vit", "HF_HUB_OFFLINE"]),
        BadInput("A file of a token that is not there", "models pull google/vit --token-file token.txt", says: ["token.txt"]),
    ]
}
