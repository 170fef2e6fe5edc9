/// What the sections of decoders may leave unsaid inside other models: the values of the families' configuration classes.
///
/// A folder of a decoder alone has to say them.
enum UsualDecoders {
    /// JSON objects by `model_type`.
    static let sections = ["llama": llama, "mistral": mistral, "qwen2": qwen2]

    static let llama = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32}
        """

    static let mistral = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 14336, "num_hidden_layers": 32, "num_attention_heads": 32}
        """

    static let qwen2 = """
        {"vocab_size": 151936, "hidden_size": 4096, "intermediate_size": 22016, "num_hidden_layers": 32, "num_attention_heads": 32}
        """

    /// Llama where Idefics 3 and SmolVLM have no section of a decoder.
    static let idefics = """
        {"vocab_size": 32000, "hidden_size": 4096, "intermediate_size": 11008, "num_hidden_layers": 32, "num_attention_heads": 32,
        "rms_norm_eps": 1e-5}
        """
}
