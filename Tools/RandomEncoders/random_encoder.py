"""Writes an encoder of random weights in another one's shape, larger or smaller: what does training of the encoder bring, and what its size?

    python3 Tools/RandomEncoders/random_encoder.py MODEL FOLDER [--width 512] [--layers 4] [--heads 8] [--seed 0]

MODEL is a Hugging Face directory; its tokenizer or picture processor is copied. Needs torch, transformers.
"""

import argparse
import pathlib
import shutil

import torch
from transformers import AutoConfig, AutoModel


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--width", type=int)
    parser.add_argument("--layers", type=int)
    parser.add_argument("--heads", type=int)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    config = AutoConfig.from_pretrained(options.model)
    config.hidden_size = options.width or config.hidden_size
    config.intermediate_size = 4 * config.hidden_size
    config.num_hidden_layers = options.layers or config.num_hidden_layers
    config.num_attention_heads = options.heads or config.num_attention_heads
    model = AutoModel.from_config(config)
    model.save_pretrained(options.folder, safe_serialization=True)
    for name in ["tokenizer.json", "tokenizer_config.json", "vocab.txt", "preprocessor_config.json"]:
        if (options.model / name).exists():
            shutil.copy(options.model / name, options.folder / name)
    print(f"{options.folder}: {sum(tensor.numel() for tensor in model.parameters())} parameters")


if __name__ == "__main__":
    main()
