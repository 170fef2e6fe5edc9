/// What becomes of each key of `tokenizer_config.json` and `special_tokens_map.json`.
///
/// A key that is not named here does nothing in `transformers` either, unless it ends with "_token" and holds a text: then it is a
/// special token.
enum TokenizerKeys {
    /// What a key does.
    enum Role: Equatable {
        /// It is read.
        case read
        /// Whatever it holds, the tokens stay the same.
        case withoutEffect
        /// It would change tokens in a way that is not written here: only an empty value is taken.
        case refused
    }

    /// The keys that every class takes.
    static let general: [String: Role] = roles(
        read: """
            tokenizer_class auto_map bos_token eos_token unk_token sep_token pad_token cls_token mask_token added_tokens_decoder \
            additional_special_tokens extra_special_tokens model_specific_special_tokens truncation_side split_special_tokens \
            clean_up_tokenization_spaces clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output
            """,
        withoutEffect: """
            backend chat_control_tokens chat_template clean_text config device_map do_basic_tokenize errors files_loaded \
            from_slow is_local keep_accents local_files_only max_len max_length model_input_names model_max_length name_or_path never_split \
            pad_to_multiple_of pad_token_type_id padding_side processor_class remove_space response_schema response_template revision \
            return_token_type_ids sp_model_kwargs spaces_between_special_tokens special_tokens_map_file stride tokenizer_file \
            transformers_version trim_offsets truncation_strategy use_default_system_prompt use_fast verbose vocab_file merges_file vocab_type \
            wordpieces_prefix
            """,
        refused: """
            _json_truncation _spm_precompiled_charsmap fast_tokenizer_files fix_mistral_regex gguf_file init_inputs merges post_processor \
            tokenizer_object tokenizer_truncation vocab
            """)

    /// The keys that some classes read and the others let be.
    static let ofClasses: [TokenizerClass: Set<String>] = [
        .bert: ["do_lower_case", "strip_accents", "tokenize_chinese_chars"],
        .roberta: ["add_prefix_space"],
        .gpt2: ["add_prefix_space", "add_bos_token", "add_eos_token"],
        .clip: [],
        .qwen2: ["add_prefix_space", "add_bos_token", "add_eos_token"],
        .llama: ["add_prefix_space", "legacy", "add_bos_token", "add_eos_token"],
        .gemma: ["add_bos_token", "add_eos_token"],
        .xlmRoberta: ["add_prefix_space"],
        .debertaV2: ["add_prefix_space", "do_lower_case", "split_by_punct", "unk_id"],
        .t5: ["extra_ids"],
        .saved: ["add_bos_token", "add_eos_token"],
    ]

    /// What a key does with a class; nil for one that is not known.
    static func role(of key: String, with kind: TokenizerClass) -> Role? {
        if let role = general[key] { return role }
        if ofClasses[kind]?.contains(key) == true { return .read }
        return ofClasses.values.contains { $0.contains(key) } ? .withoutEffect : nil
    }

    private static func roles(read: String, withoutEffect: String, refused: String) -> [String: Role] {
        var roles: [String: Role] = [:]
        for (keys, role) in [(read, Role.read), (withoutEffect, .withoutEffect), (refused, .refused)] {
            for key in keys.split(separator: " ") { roles[String(key)] = role }
        }
        return roles
    }
}
