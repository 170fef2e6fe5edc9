"""Writes a model of random weights in the shape of Llama 3 8B, in bfloat16 shards, to try encoders that are larger than the memory.

    python3 Tools/Streaming/random_llama.py FOLDER --layers 32 [--width 4096] [--tokenizer DIR]

One tensor at a time is in memory. The whole model is 16 GB; --layers and --width make smaller sisters of the same names. Needs torch,
safetensors.
"""

import argparse
import json
import pathlib
import shutil

import torch
from safetensors.torch import save_file


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--layers", type=int, default=32)
    parser.add_argument("--width", type=int, default=4096)
    parser.add_argument("--tokenizer", type=pathlib.Path, help="a directory whose tokenizer.json is copied")
    options = parser.parse_args()
    width, feed = options.width, options.width * 7 // 2
    heads = width // 128
    keys = max(1, heads // 4) * 128
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(dict(
        model_type="llama", hidden_size=width, intermediate_size=feed, num_hidden_layers=options.layers,
        num_attention_heads=heads, num_key_value_heads=keys // 128, vocab_size=128256, max_position_embeddings=8192,
        rms_norm_eps=1e-5, rope_theta=500000.0, hidden_act="silu", torch_dtype="bfloat16"), indent=1))
    if options.tokenizer:
        shutil.copy(options.tokenizer / "tokenizer.json", folder / "tokenizer.json")

    random = torch.Generator().manual_seed(0)

    def matrix(rows, columns):
        return (torch.randn(rows, columns, generator=random) / columns ** 0.5).to(torch.bfloat16)

    index = {}

    def save(number, tensors):
        name = f"model-{number:05d}-of-{options.layers + 1:05d}.safetensors"
        save_file(tensors, folder / name)
        index.update({tensor: name for tensor in tensors})

    one = torch.ones(width, dtype=torch.bfloat16)
    save(1, {"model.embed_tokens.weight": matrix(128256, width) * width ** 0.5 * 0.02, "model.norm.weight": one})
    for layer in range(options.layers):
        place = f"model.layers.{layer}."
        save(layer + 2, {
            place + "input_layernorm.weight": one.clone(), place + "post_attention_layernorm.weight": one.clone(),
            place + "self_attn.q_proj.weight": matrix(width, width), place + "self_attn.k_proj.weight": matrix(keys, width),
            place + "self_attn.v_proj.weight": matrix(keys, width), place + "self_attn.o_proj.weight": matrix(width, width),
            place + "mlp.gate_proj.weight": matrix(feed, width), place + "mlp.up_proj.weight": matrix(feed, width),
            place + "mlp.down_proj.weight": matrix(width, feed)})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"weight_map": index}))


if __name__ == "__main__":
    main()
