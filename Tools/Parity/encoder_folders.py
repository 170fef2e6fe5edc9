"""The cases of `encoders.py` that are whole folders as users have them, read by `AutoModel`: what is beside the weights counts too.

Small folders are made here; others, named in the environment variable FOLDERS with spaces between them, are compared as they are.
"""

import json
import os
import pathlib
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file

DECODER = dict(vocab_size=40, hidden_size=24, num_hidden_layers=2, num_attention_heads=6, num_key_value_heads=3,
               intermediate_size=40, max_position_embeddings=32)
YARN = dict(rope_type="yarn", factor=4.0, original_max_position_embeddings=16)


def configure(place, **changes):
    """Changes keys of a config.json, as people do by hand."""
    file = place / "config.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), **changes}, indent=1))


def overlay(place):
    """Puts one tensor into a file of its own that the index names, beside a base with zeros in its place."""
    weights = load_file(place / "model.safetensors")
    name = "layers.1.mlp.down_proj.weight"
    save_file({name: weights[name]}, place / "model-overlay.safetensors", {"format": "pt"})
    save_file({**weights, name: torch.zeros_like(weights[name])}, place / "model-base.safetensors", {"format": "pt"})
    shards = {key: "model-base.safetensors" for key in weights} | {name: "model-overlay.safetensors"}
    (place / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": shards}))
    (place / "model.safetensors").unlink()


def made():
    """Name, model and what is done to its folder."""
    t = transformers
    yield "llama-folder-both-ropes", t.LlamaModel(t.LlamaConfig(**DECODER)), lambda place: configure(place, rope_scaling=YARN)
    yield "llama-folder-trained-length", t.LlamaModel(t.LlamaConfig(**DECODER)), lambda place: configure(
        place, rope_scaling=YARN, original_max_position_embeddings=8)
    yield "qwen2-folder-both-ways", t.Qwen2Model(t.Qwen2Config(**DECODER)), lambda place: configure(place, is_causal=False)
    yield "llama-folder-overlay", t.LlamaModel(t.LlamaConfig(**DECODER)), overlay


def expect(place, items):
    """Writes what `AutoModel` makes of a folder."""
    model = transformers.AutoModel.from_pretrained(place, dtype=torch.float32).eval()
    configuration = model.config
    torch.manual_seed(3)
    if hasattr(configuration, "vocab_size") and not hasattr(configuration, "image_size"):
        given = torch.randint(3, configuration.vocab_size, (items, 9))
        arguments = {"input_ids": given, "attention_mask": torch.ones_like(given)}
    else:
        given = torch.randn(items, 3, configuration.image_size, configuration.image_size)
        arguments = {"pixel_values": given}
    with torch.no_grad():
        output = model(**arguments, output_hidden_states=True)
        model.to(torch.bfloat16)
        if "pixel_values" in arguments:
            arguments["pixel_values"] = given.to(torch.bfloat16)
        rounded = model(**arguments, output_hidden_states=True)
    differences = [(a.float() - b).abs().max() / b.abs().max() for a, b in zip(rounded.hidden_states, output.hidden_states)]
    save_file({"input": given, "hidden_states": torch.stack(tuple(output.hidden_states)),
               "last_hidden_state": output.last_hidden_state.contiguous(), "bfloat16_differences": torch.stack(differences)},
              place / "expected.safetensors")
    print(place.name, *output.last_hidden_state.shape, file=sys.stderr)


def write(folder, items):
    """Writes all cases and returns their names."""
    names = []
    for name, model, change in made():
        torch.manual_seed(sum(map(ord, name)))
        with torch.no_grad():
            for parameter in model.parameters():
                size = parameter[0].numel() ** -0.5 if parameter.dim() > 1 else 0.3
                parameter.copy_((1 if parameter.dim() == 1 else 0) + size * torch.randn_like(parameter))
        model.save_pretrained(folder / name)
        change(folder / name)
        expect(folder / name, items)
        names.append(name)
    for source in map(pathlib.Path, os.environ.get("FOLDERS", "").split()):
        place = folder / f"given-{source.resolve().name}"
        place.mkdir(parents=True, exist_ok=True)
        for file in source.resolve().iterdir():
            (place / file.name).symlink_to(file)
        expect(place, items)
        names.append(place.name)
    return names
