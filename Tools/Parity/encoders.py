"""Makes small encoders with random weights and the hidden states that `transformers` computes with them.

    python3 Tools/Parity/encoders.py FOLDER [--golden]

For each case a Hugging Face directory FOLDER/<case> (config.json, model.safetensors) and FOLDER/<case>/expected.safetensors with
`input` (int64 [items, tokens] or float32 [items, channels, height, width]), `hidden_states` [layers + 1, items, tokens, width] and
`last_hidden_state` [items, tokens, width]. `swift test` compares its own states with them where IISAN_ENCODER_PARITY names FOLDER.
--golden makes only the smallest case of each family, which are committed as Fixtures/Encoders.

Requirements: torch, transformers (5.x), safetensors; timm for EVA (see `picture_encoders.py`). Seen with torch 2.13 and
transformers 5.23.
"""

import argparse
import json
import pathlib
import sys

import torch
import transformers
from safetensors.torch import save_file

import picture_encoders

TEXT = dict(vocab_size=40, hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
            max_position_embeddings=20)
PICTURE = dict(hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4)
TINY_TEXT = dict(vocab_size=11, hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=5,
                 max_position_embeddings=7)
TINY_PICTURE = dict(hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=5, image_size=6, patch_size=3)


def cases(golden):
    """Name, model class and configuration of each case."""
    t = transformers
    yield "bert-golden", t.BertModel, t.BertConfig(**TINY_TEXT)
    yield "vit-golden", t.ViTModel, t.ViTConfig(**TINY_PICTURE)
    if golden:
        return
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
    with torch.no_grad():
        # Fresh models have zero biases and unit norms, which would hide a bias that is left out.
        for parameter in model.parameters():
            parameter.copy_(0.3 * torch.randn_like(parameter) + (1 if parameter.dim() == 1 else 0))
    place = folder / name
    sharded = {"max_shard_size": "20KB"} if name.endswith("sharded") else {}
    model.save_pretrained(place, **sharded)
    base = getattr(model, model.base_model_prefix, model)
    if hasattr(configuration, "vocab_size"):
        pad = configuration.pad_token_id or 0
        tokens = min(9, configuration.max_position_embeddings - pad - 1)
        given = torch.randint(pad + 1, configuration.vocab_size, (items, tokens))
        arguments = {"input_ids": given}
    else:
        given = torch.randn(items, 3, configuration.image_size, configuration.image_size)
        arguments = {"pixel_values": given}
    with torch.no_grad():
        output = base(**arguments, output_hidden_states=True)
    save_file(
        {"input": given, "hidden_states": torch.stack(output.hidden_states), "last_hidden_state": output.last_hidden_state},
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
    (options.folder / "cases.json").write_text(json.dumps(names, indent=2) + "\n")


if __name__ == "__main__":
    main()
