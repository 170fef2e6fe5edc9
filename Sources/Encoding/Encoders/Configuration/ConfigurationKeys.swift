import Files

/// What is done about each key of a family's `config.json`.
///
/// A table holds every key that `transformers` knows for the family: the fields of its configuration class, and what its code asks a
/// configuration for beside them. Each one is read, is known to change no hidden state, or has to have one of the values that are
/// computed with here. A key outside the table is one that `transformers` does not look at either.
package struct ConfigurationKeys: Sendable {
    /// Keys whose values the family's configuration reads, or checks by itself.
    package var read: Set<String>
    /// Keys that change no hidden state: of heads, of losses, of training, of how a program runs.
    package var withoutEffect: Set<String>
    /// Keys that would change hidden states in a way that is not computed here, with the values that change nothing.
    package var fixed: [String: Fixed]

    /// The values that a key may have.
    package struct Fixed: Sendable {
        /// The values; a key that is missing is always right.
        package var values: [ConfigurationValue]
        /// What another value means, and what to do about it.
        package var remedy: String

        /// Names the values and the remedy.
        package init(values: [ConfigurationValue], remedy: String) { (self.values, self.remedy) = (values, remedy) }
    }

    /// All keys of the table.
    package var all: Set<String> { read.union(withoutEffect).union(fixed.keys) }

    /// Two tables as one; what the second says of a key counts.
    package static func + (a: Self, b: Self) -> Self {
        ConfigurationKeys(
            read: a.read.subtracting(b.all).union(b.read),
            withoutEffect: a.withoutEffect.subtracting(b.all).union(b.withoutEffect),
            fixed: a.fixed.filter { !b.all.contains($0.key) }.merging(b.fixed) { $1 })
    }

    /// A table of keys, written as words with spaces between them.
    package init(read: String = "", withoutEffect: String = "", fixed: [String: Fixed] = [:]) {
        func words(_ text: String) -> Set<String> { Set(text.split(separator: " ").map(String.init)) }
        self.init(read: words(read), withoutEffect: words(withoutEffect), fixed: fixed)
    }

    init(read: Set<String>, withoutEffect: Set<String>, fixed: [String: Fixed]) {
        (self.read, self.withoutEffect, self.fixed) = (read, withoutEffect, fixed)
    }
}

extension ConfigurationKeys {
    /// What every configuration of `transformers` may hold.
    package static let common = ConfigurationKeys(
        read: "model_type architectures",
        withoutEffect: """
            _name_or_path _attn_implementation attn_implementation auto_map bos_token_id chunk_size_feed_forward decoder_start_token_id \
            dtype eos_token_id finetuning_task gradient_checkpointing id2label initializer_factor initializer_range \
            is_encoder_decoder label2id num_labels output_attentions output_hidden_states pad_token_id problem_type return_dict \
            sep_token_id task_specific_params tie_encoder_decoder tie_word_embeddings torch_dtype torchscript transformers_version \
            use_cache
            """,
        fixed: [
            "quantization_config": .quantised, "compression_config": .quantised, "quantization": .quantised,
            "pruned_heads": .init(
                values: [.null, .object([:])], remedy: "Heads that were cut out are not read: fetch the model with all of them."
            ),
        ])
}

extension ConfigurationKeys.Fixed {
    static let quantised = Self(
        values: [.null],
        remedy: "The weights are quantised: fetch the model that they were made of, in float32, float16 or bfloat16.")
}

extension ConfigurationFile {
    /// Checks that all keys have values that hidden states are computed with.
    ///
    /// - Throws: ``UserError`` that names the first key that has not.
    package func check(_ keys: ConfigurationKeys) throws {
        for (key, fixed) in keys.fixed.sorted(by: { $0.key < $1.key }) {
            let given = isNull(key) ? .null : try optional(key, ConfigurationValue.self, "a value")
            guard let given, !fixed.values.contains(given) else { continue }
            let right = fixed.values.map(\.description).joined(separator: " or ")
            throw error(key, "is \(given), only \(right) is supported", remedy: fixed.remedy)
        }
    }
}
