package import Encoders
import Files
package import Foundation

/// What a model's folder says about the texts that it writes: `generation_config.json`, else `config.json`.
package struct GenerationFile: Sendable, Equatable {
    /// The tokens that end a text.
    package var ends: Set<Int32> = []
    /// The penalty of tokens that are there already.
    package var repetitionPenalty = 1.0

    /// A folder that says nothing: texts end at the most tokens.
    package init() {}

    /// Reads a folder's file.
    ///
    /// - Parameters:
    ///   - directory: the model's folder.
    ///   - configuration: `config.json`, where ends are asked for that the file does not name.
    ///   - ends: those that count where neither names one.
    /// - Throws: ``UserError`` for a value that is impossible, and one that would change the texts in a way that is not done here.
    package init(_ directory: URL, _ configuration: ConfigurationFile, ends usual: Set<Int32> = []) throws {
        let file = directory.appending(path: "generation_config.json")
        if FileManager.default.fileExists(atPath: file.path) {
            let settings = try ConfigurationFile(file)
            try settings.check(Self.keys)
            repetitionPenalty = try settings.has("repetition_penalty") ? settings.positive("repetition_penalty") : 1
            ends = try Self.ends(settings)
        }
        if ends.isEmpty { ends = try Self.ends(configuration) }
        if ends.isEmpty { ends = usual }
    }

    /// The tokens that end a text, as a configuration says.
    package static func ends(_ configuration: ConfigurationFile) throws -> Set<Int32> {
        let key = "eos_token_id"
        guard configuration.has(key) else { return [] }
        if let one = try? configuration.optional(key, Int32.self, "a number") { return [one] }
        return Set(try configuration.optional(key, [Int32].self, "a token's number or a list of them") ?? [])
    }

    /// What is done about each key of the file.
    static let keys = ConfigurationKeys(
        read: "eos_token_id repetition_penalty",
        withoutEffect: """
            _from_model_config assistant_early_exit bos_token_id cache_config cache_implementation compile_config \
            disable_compile do_sample decoder_start_token_id early_stopping epsilon_cutoff eta_cutoff is_assistant length_penalty \
            max_length max_matching_ngram_size max_new_tokens max_time min_p num_return_sequences output_attentions \
            output_hidden_states output_logits output_scores pad_token_id prefill_chunk_size prompt_lookup_num_tokens \
            return_dict_in_generate return_legacy_cache temperature token_healing top_h top_k top_p transformers_version typical_p \
            use_cache
            """,
        fixed: [
            "bad_words_ids": .unknown, "begin_suppress_tokens": .unknown, "constraints": .unknown, "dola_layers": .unknown,
            "encoder_no_repeat_ngram_size": .unknown(0), "encoder_repetition_penalty": .unknown(1),
            "exponential_decay_length_penalty": .unknown, "force_words_ids": .unknown, "forced_bos_token_id": .unknown,
            "forced_eos_token_id": .unknown, "guidance_scale": .unknown(1),
            "low_memory": .init(values: [.null, .flag(false)], remedy: remedy),
            "min_length": .unknown(0), "min_new_tokens": .unknown(0), "no_repeat_ngram_size": .unknown(0),
            "num_beam_groups": .unknown(1), "num_beams": .unknown(1), "penalty_alpha": .unknown,
            "diversity_penalty": .unknown(0), "remove_invalid_values": .init(values: [.null, .flag(false)], remedy: remedy),
            "renormalize_logits": .init(values: [.null, .flag(false)], remedy: remedy), "sequence_bias": .unknown,
            "stop_strings": .unknown, "suppress_tokens": .unknown, "watermarking_config": .unknown,
        ])

    static let remedy = "It is not done here: remove the key, and texts are written without it."
}

extension ConfigurationKeys.Fixed {
    fileprivate static let unknown = Self(values: [.null], remedy: GenerationFile.remedy)

    /// A key that has no effect with a number.
    fileprivate static func unknown(_ number: Double) -> Self {
        Self(values: [.null, .number(number)], remedy: GenerationFile.remedy)
    }
}
