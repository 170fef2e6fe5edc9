"""Makes small encoders with random weights and the hidden states that `transformers` computes with them.

    python3 Tools/Parity/encoders.py FOLDER [--golden]

For each case a Hugging Face directory FOLDER/<case> (config.json, model.safetensors) and FOLDER/<case>/expected.safetensors with
`input` (int64 [items, tokens] or float32 [items, channels, height, width]), `hidden_states` [layers + 1, items, tokens, width] and
`last_hidden_state` [items, tokens, width], all in float32, and `bfloat16_differences` [layers + 1]: the largest difference that
`transformers` itself has in bfloat16, as a share of the layer's largest value (for texts only). `swift test` compares its own states
with them where IISAN_ENCODER_PARITY names FOLDER. --golden makes only the smallest cases, which are committed as Fixtures/Encoders.

Requirements: torch, transformers (5.x), safetensors; timm for EVA. Seen with torch 2.13 and transformers 5.23.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

import encoder_folders
import picture_encoders

TEXT = dict(vocab_size=40, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
            max_position_embeddings=20)
PICTURE = dict(hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4)
TINY_TEXT = dict(vocab_size=11, hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=5,
                 max_position_embeddings=7)
TINY_PICTURE = dict(hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=5, image_size=6, patch_size=3)


DECODER = dict(vocab_size=40, hidden_size=24, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=3,
               intermediate_size=40, max_position_embeddings=32)
TINY_DECODER = dict(vocab_size=11, hidden_size=12, num_hidden_layers=2, num_attention_heads=3, num_key_value_heads=1,
                    intermediate_size=5, max_position_embeddings=16, head_dim=4)
DEBERTA = dict(TEXT, relative_attention=True, pos_att_type=["p2c", "c2p"], position_biased_input=False)
ROPE_LLAMA3 = dict(rope_type="llama3", rope_theta=500.0, factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0,
                   original_max_position_embeddings=16)
ROPE_YARN = dict(rope_type="yarn", rope_theta=100.0, factor=4.0, original_max_position_embeddings=16)


def golden_cases():
    t = transformers
    yield "bert-golden", t.BertModel, t.BertConfig(**TINY_TEXT)
    yield "vit-golden", t.ViTModel, t.ViTConfig(**TINY_PICTURE)
    yield "llama-golden", t.LlamaModel, t.LlamaConfig(**TINY_DECODER, rope_parameters=ROPE_LLAMA3)
    yield "mixtral-golden", t.MixtralModel, t.MixtralConfig(**TINY_DECODER, num_local_experts=3, num_experts_per_tok=2)
    yield "gemma2-golden", t.Gemma2Model, t.Gemma2Config(**TINY_DECODER, sliding_window=3, query_pre_attn_scalar=6)
    yield "qwen3-golden", t.Qwen3Model, t.Qwen3Config(**TINY_DECODER)
    # All tokens see each other, as in decoders that were trained on as encoders.
    yield "qwen2-golden", t.Qwen2Model, t.Qwen2Config(**TINY_DECODER, is_causal=False)
    yield "deit-golden", t.DeiTModel, t.DeiTConfig(**TINY_PICTURE)
    yield "deberta-golden", t.DebertaV2Model, t.DebertaV2Config(
        **TINY_TEXT, relative_attention=True, pos_att_type="p2c|c2p", position_buckets=4, share_att_key=True,
        norm_rel_ebd="layer_norm", conv_kernel_size=3)
    yield "clip-text-golden", t.CLIPTextModel, t.CLIPTextConfig(**TINY_TEXT)


def text_cases():
    """Text encoders with odd sizes and every option that changes the numbers."""
    t = transformers
    for name, options in {
        "deberta-plain": dict(),
        "deberta-buckets": dict(position_buckets=8, norm_rel_ebd="layer_norm", share_att_key=True),
        "deberta-far": dict(position_buckets=4, max_relative_positions=6),
        "deberta-content-only": dict(pos_att_type="c2p", type_vocab_size=2, position_biased_input=True),
        "deberta-distance-only": dict(pos_att_type="p2c", position_buckets=6),
        "deberta-absolute": dict(relative_attention=False, pos_att_type=None, position_biased_input=True),
        "deberta-convolution": dict(conv_kernel_size=5, conv_act="gelu", conv_groups=3, position_buckets=4),
        "deberta-narrow-words": dict(embedding_size=10),
    }.items():
        yield name, t.DebertaV2Model, t.DebertaV2Config(**{**DEBERTA, **options})
    yield "deberta-prefixed", t.DebertaV2ForMaskedLM, t.DebertaV2Config(**DEBERTA)

    yield "clip-text", t.CLIPTextModel, t.CLIPTextConfig(**TEXT)
    yield "clip-text-projected", t.CLIPTextModelWithProjection, t.CLIPTextConfig(**TEXT, hidden_act="gelu", projection_dim=5)
    yield "clip-both-text", t.CLIPModel, t.CLIPConfig(
        text_config=dict(TEXT), vision_config=dict(PICTURE, hidden_size=27), projection_dim=7)

    for name, options in {
        "llama": dict(),
        "llama-biases": dict(attention_bias=True, mlp_bias=True, num_key_value_heads=6),
        "llama-one-layer-one-head": dict(num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1),
        "llama-head-width": dict(head_dim=10, num_attention_heads=3, num_key_value_heads=1),
        "llama-3.1": dict(rope_parameters=ROPE_LLAMA3),
        "llama-linear": dict(rope_parameters=dict(rope_type="linear", rope_theta=50.0, factor=3.0)),
        "llama-dynamic": dict(rope_parameters=dict(rope_type="dynamic", rope_theta=50.0, factor=3.0)),
        "llama-yarn": dict(rope_parameters=ROPE_YARN),
    }.items():
        yield name, t.LlamaModel, t.LlamaConfig(**{**DECODER, **options})
    yield "llama-causal-sharded", t.LlamaForCausalLM, t.LlamaConfig(**DECODER, tie_word_embeddings=True)
    yield "mistral", t.MistralModel, t.MistralConfig(**DECODER)
    yield "mistral-window", t.MistralModel, t.MistralConfig(**DECODER, sliding_window=4)
    yield "mistral-no-window", t.MistralForCausalLM, t.MistralConfig(**DECODER, sliding_window=None)
    yield "mixtral", t.MixtralModel, t.MixtralConfig(**DECODER, num_local_experts=5, num_experts_per_tok=3)
    yield "mixtral-causal", t.MixtralForCausalLM, t.MixtralConfig(**DECODER, num_local_experts=4, sliding_window=3)
    yield "gemma", t.GemmaModel, t.GemmaConfig(**DECODER, head_dim=6)
    yield "gemma-legacy", t.GemmaForCausalLM, t.GemmaConfig(**DECODER, head_dim=8, attention_bias=True, hidden_act="gelu")
    yield "gemma2", t.Gemma2Model, t.Gemma2Config(**DECODER, head_dim=8, sliding_window=4, attn_logit_softcapping=2.0)
    yield "gemma2-no-cap", t.Gemma2ForCausalLM, t.Gemma2Config(
        **DECODER, head_dim=4, attn_logit_softcapping=None, query_pre_attn_scalar=7)
    yield "qwen2", t.Qwen2Model, t.Qwen2Config(**DECODER)
    yield "qwen2-window", t.Qwen2ForCausalLM, t.Qwen2Config(
        **DECODER, use_sliding_window=True, sliding_window=3, max_window_layers=1, rope_parameters=ROPE_YARN)
    for name, options in {
        "llama-both-ways": dict(is_causal=False),
        "mistral-both-ways-window": dict(is_causal=False, sliding_window=2),
        "mixtral-both-ways": dict(is_causal=False, num_local_experts=3),
        "gemma-both-ways": dict(is_causal=False, head_dim=6),
        "gemma2-both-ways-window": dict(is_causal=False, head_dim=8, sliding_window=2),
        "qwen3-both-ways-window": dict(
            is_causal=False, head_dim=6, use_sliding_window=True, sliding_window=3, max_window_layers=1),
    }.items():
        family = {"llama": "Llama", "mistral": "Mistral", "mixtral": "Mixtral", "gemma": "Gemma", "gemma2": "Gemma2",
                  "qwen3": "Qwen3"}[name.split("-")[0]]
        yield name, getattr(t, f"{family}Model"), getattr(t, f"{family}Config")(**DECODER, **options)
    yield "qwen3", t.Qwen3Model, t.Qwen3Config(**DECODER, head_dim=6)
    yield "qwen3-biases", t.Qwen3ForCausalLM, t.Qwen3Config(**DECODER, head_dim=10, attention_bias=True)


def cases(golden):
    """Name, model class and configuration of each case."""
    t = transformers
    yield from golden_cases()
    if golden:
        return
    yield from text_cases()
    yield "bert-tiny", t.BertModel, t.BertConfig(**{**TEXT, "hidden_size": 10, "num_attention_heads": 2, "num_hidden_layers": 2})
    yield "xlm-roberta", t.XLMRobertaModel, t.XLMRobertaConfig(**{**TEXT, "type_vocab_size": 1})
    yield "bert-odd-heads", t.BertModel, t.BertConfig(**TEXT)
    yield "bert-one-layer", t.BertModel, t.BertConfig(**{**TEXT, "num_hidden_layers": 1, "num_attention_heads": 1})
    yield "bert-relu-eps", t.BertModel, t.BertConfig(**{**TEXT, "hidden_act": "relu", "layer_norm_eps": 0.1, "type_vocab_size": 1})
    yield "bert-gelu-new", t.BertModel, t.BertConfig(**{**TEXT, "hidden_act": "gelu_new"})
    yield "bert-prefixed", t.BertForMaskedLM, t.BertConfig(**TEXT)
    yield "bert-sharded", t.BertModel, t.BertConfig(**TEXT)
    yield "roberta", t.RobertaModel, t.RobertaConfig(**{**TEXT, "type_vocab_size": 1})
    yield "roberta-prefixed", t.RobertaForMaskedLM, t.RobertaConfig(**{**TEXT, "type_vocab_size": 1})
    yield "vit-odd-heads", t.ViTModel, t.ViTConfig(**PICTURE)
    yield "vit-one-layer", t.ViTModel, t.ViTConfig(**{**PICTURE, "num_hidden_layers": 1, "num_attention_heads": 1})
    yield "vit-no-bias", t.ViTModel, t.ViTConfig(**{**PICTURE, "qkv_bias": False, "hidden_act": "gelu_pytorch_tanh"})
    yield "vit-ragged-patches", t.ViTModel, t.ViTConfig(**{**PICTURE, "image_size": 18})
    yield "vit-prefixed", t.ViTForImageClassification, t.ViTConfig(**PICTURE)
    yield "deit", t.DeiTModel, t.DeiTConfig(**PICTURE)
    yield "deit-prefixed", t.DeiTForImageClassification, t.DeiTConfig(**PICTURE)


def make(folder, name, kind, configuration, items):
    """Writes one case."""
    torch.manual_seed(sum(map(ord, name)))
    model = kind(configuration).eval()
    if hasattr(configuration, "num_local_experts"):
        # The grouped product takes widths of multiples of 16 bytes only.
        model.set_experts_implementation("eager")
    with torch.no_grad():
        # Fresh models have zero biases and unit norms, which would hide a bias that is left out. Maps keep the size of what goes
        # through them, as trained ones do; larger ones would magnify every rounding.
        for parameter_name, parameter in model.named_parameters():
            is_map = parameter.dim() > 1 and "embed" not in parameter_name and "token" not in parameter_name
            size = (1 / parameter[0].numel()) ** 0.5 if is_map else 0.3
            centre = 1 if parameter.dim() == 1 and "gemma" not in name else 0
            parameter.copy_(centre + size * torch.randn_like(parameter))
    place = folder / name
    sharded = {"max_shard_size": "20KB"} if name.endswith("sharded") else {}
    model.save_pretrained(place, **sharded)
    base = getattr(model, model.base_model_prefix, model)
    if "both-text" in name:
        base, configuration = model.text_model, configuration.text_config
    if hasattr(configuration, "vocab_size"):
        offset = (configuration.pad_token_id or 0) + 1 if "roberta" in name else 0
        tokens = min(9, configuration.max_position_embeddings - offset)
        given = torch.randint(3, configuration.vocab_size, (items, tokens))
        arguments = {"input_ids": given, "attention_mask": torch.ones_like(given)}
    else:
        given = torch.randn(items, 3, configuration.image_size, configuration.image_size)
        arguments = {"pixel_values": given}
    with torch.no_grad():
        output = base(**arguments, output_hidden_states=True)
        base.to(torch.bfloat16)
        if "pixel_values" in arguments:
            arguments["pixel_values"] = given.to(torch.bfloat16)
        rounded = base(**arguments, output_hidden_states=True)
    differences = [(a.float() - b).abs().max() / b.abs().max() for a, b in zip(rounded.hidden_states, output.hidden_states)]
    save_file(
        {"input": given, "hidden_states": torch.stack(output.hidden_states), "last_hidden_state": output.last_hidden_state,
         "bfloat16_differences": torch.stack(differences)},
        place / "expected.safetensors")
    for extra in ["generation_config.json"]:
        (place / extra).unlink(missing_ok=True)
    print(name, *output.hidden_states[0].shape, file=sys.stderr)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--golden", action="store_true", help="only the cases that are committed")
    options = parser.parse_args()
    transformers.logging.set_verbosity_error()
    names = []
    for name, kind, configuration in cases(options.golden):
        make(options.folder, name, kind, configuration, items=2 if options.golden else 3)
        names.append(name)
    names += picture_encoders.write(options.folder, options.golden, items=2 if options.golden else 3)
    if not options.golden:
        names += encoder_folders.write(options.folder, items=3)
    (options.folder / "cases.json").write_text(json.dumps(names, indent=2) + "\n")


if __name__ == "__main__":
    main()
