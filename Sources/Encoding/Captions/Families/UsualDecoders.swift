/// What the sections of decoders may leave unsaid inside other models: the values of the families' configuration classes.
enum UsualDecoders {
    /// JSON objects by `model_type`.
    static let configurations = ["llama": llama, "mistral": mistral, "qwen2": qwen2]

    static let llama = """
        {"model_type": "llama", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
        "num_attention_heads": 32}
        """

    static let mistral = """
        {"model_type": "mistral", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32,
        "num_attention_heads": 32}
        """

    static let qwen2 = """
        {"model_type": "qwen2", "vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32,
        "num_attention_heads": 32}
        """

    /// Llama inside Idefics 3 and SmolVLM.
    static let idefics = """
        {"model_type": "llama", "vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32,
        "num_attention_heads": 32, "rms_norm_eps": 1e-5}
        """
}
