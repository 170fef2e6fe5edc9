"""Makes small decoders with random weights and what `transformers` writes with them.

    python3 Tools/Parity/language_models.py FOLDER [--golden]

For each case a Hugging Face directory FOLDER/<case> and FOLDER/<case>/expected.safetensors with `prompts` (int64 [items, tokens]),
`texts` (int64 [items, steps]: greedy, -1 after the token that ended a text, which is left out), `repeated` (the same with a penalty of
1.3 for repetitions) and `logits` [items, tokens + steps - 1, vocabulary] of the prompts with the texts that no token ended. Texts end
at different steps: the end token is one that the model itself writes. `swift test` compares where IISAN_CAPTION_PARITY names FOLDER.
--golden makes only the smallest cases, which are committed as Fixtures/Generation.

Requirements: torch, transformers (5.x), safetensors. Seen with torch 2.13 and transformers 5.23.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

from encoders import DECODER, ROPE_LLAMA3, ROPE_YARN, TINY_DECODER

LONG = dict(DECODER, max_position_embeddings=160)
SHORT = dict(TINY_DECODER, max_position_embeddings=40)
CAPPED = dict(attn_logit_softcapping=2.0, final_logit_softcapping=3.0)


def golden_cases():
    t = transformers
    yield "llama-golden", t.LlamaForCausalLM, t.LlamaConfig(**SHORT, tie_word_embeddings=True)
    yield "gemma2-golden", t.Gemma2ForCausalLM, t.Gemma2Config(**SHORT, sliding_window=3, query_pre_attn_scalar=6, **CAPPED)
    yield "qwen3-golden", t.Qwen3ForCausalLM, t.Qwen3Config(**SHORT)


def cases():
    t = transformers
    for name, options in {
        "llama": dict(),
        "llama-tied": dict(tie_word_embeddings=True),
        "llama-biases": dict(attention_bias=True, mlp_bias=True, num_key_value_heads=6),
        "llama-one-block-one-head": dict(num_hidden_layers=1, num_attention_heads=1, num_key_value_heads=1),
        "llama-head-width": dict(head_dim=10, num_attention_heads=3, num_key_value_heads=1),
        "llama-3.1": dict(rope_parameters=ROPE_LLAMA3),
        "llama-yarn": dict(rope_parameters=ROPE_YARN),
    }.items():
        yield name, t.LlamaForCausalLM, t.LlamaConfig(**{**LONG, **options})
    yield "mistral", t.MistralForCausalLM, t.MistralConfig(**LONG, sliding_window=None)
    yield "mistral-window", t.MistralForCausalLM, t.MistralConfig(**LONG, sliding_window=7)
    yield "mixtral", t.MixtralForCausalLM, t.MixtralConfig(**LONG, num_local_experts=5, num_experts_per_tok=3)
    yield "gemma", t.GemmaForCausalLM, t.GemmaConfig(**LONG, head_dim=6)
    yield "gemma2", t.Gemma2ForCausalLM, t.Gemma2Config(**LONG, head_dim=8, sliding_window=9, **CAPPED)
    yield "gemma2-no-caps", t.Gemma2ForCausalLM, t.Gemma2Config(
        **LONG, head_dim=8, attn_logit_softcapping=None, final_logit_softcapping=None)
    yield "qwen2", t.Qwen2ForCausalLM, t.Qwen2Config(**LONG)
    yield "qwen2-window", t.Qwen2ForCausalLM, t.Qwen2Config(
        **LONG, use_sliding_window=True, sliding_window=5, max_window_layers=1)
    yield "qwen3", t.Qwen3ForCausalLM, t.Qwen3Config(**LONG, head_dim=6)
    yield "qwen3-tied", t.Qwen3ForCausalLM, t.Qwen3Config(**LONG, head_dim=10, attention_bias=True, tie_word_embeddings=True)


def randomize(model):
    """Weights with which layers neither vanish nor explode, and norms that are not all alike."""
    with torch.no_grad():
        for parameter in model.parameters():
            size = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.3
            parameter.copy_((1 if parameter.dim() == 1 else 0) + size * torch.randn_like(parameter))
        head = model.get_output_embeddings().weight
        # Clear differences between the likeliest tokens, so that rounding turns none into another.
        head.mul_(4)


def without_end(rows, ends, length):
    """Rows of written tokens, cut before the first that ends them and filled with -1."""
    result = torch.full((len(rows), length), -1, dtype=torch.int64)
    for row, tokens in enumerate(rows.tolist()):
        kept = tokens[:next((place for place, token in enumerate(tokens) if token in ends), len(tokens))]
        result[row, :len(kept)] = torch.tensor(kept, dtype=torch.int64)
    return result


def expect(place, name, kind, configuration, items, tokens, steps):
    torch.manual_seed(sum(map(ord, name)))
    model = kind(configuration).eval()
    randomize(model)
    prompts = torch.randint(3, configuration.vocab_size, (items, tokens))
    arguments = dict(input_ids=prompts, attention_mask=torch.ones_like(prompts), do_sample=False, max_new_tokens=steps, pad_token_id=0)
    with torch.no_grad():
        endless = model.generate(**arguments, eos_token_id=[])[:, tokens:]
        ends = sorted({int(endless[0, steps // 3]), int(endless[-1, steps // 5])})
        ended = model.generate(**arguments, eos_token_id=ends)[:, tokens:]
        repeated = model.generate(**arguments, eos_token_id=[], repetition_penalty=1.3)[:, tokens:]
        logits = model(torch.cat([prompts, endless], 1)[:, :-1]).logits
    model.generation_config = transformers.GenerationConfig(eos_token_id=ends, pad_token_id=0)
    model.save_pretrained(place / name)
    save_file({"prompts": prompts, "texts": without_end(ended, ends, steps), "repeated": repeated.contiguous(),
               "endless": endless.contiguous(), "logits": logits.contiguous()}, place / name / "expected.safetensors")
    print(name, *logits.shape, "ends", ends, file=sys.stderr)


def main():
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--golden", action="store_true")
    options = parser.parse_args()
    names = []
    for name, kind, configuration in golden_cases() if options.golden else cases():
        expect(options.folder, name, kind, configuration, *((3, 4, 12) if options.golden else (7, 11, 64)))
        names.append(name)
        if len(names) % 3 == 0 and not options.golden:
            # The same model with a long prompt.
            expect(options.folder, f"{name}-long", kind, configuration, 2, 90, 64)
            names.append(f"{name}-long")
    (options.folder / "cases.json").write_text(json.dumps(sorted(names), indent=1) + "\n")


if __name__ == "__main__":
    main()
