"""Trains the demo's picture encoder: a small ViT that learns to name what pictures of other worlds show.

    python3 train_image.py --worlds worlds/101 worlds/102 --output ../../Examples/Demo/encoders/image
"""

import argparse
import json
import pathlib
import time

import torch
from transformers import ViTConfig, ViTModel

from heads import Heads, schedule
from worlds import IN_PICTURES, World, joined

PREPROCESSING = {
    "image_processor_type": "ViTImageProcessor", "do_resize": True, "size": {"height": 64, "width": 64}, "resample": 2,
    "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
}


def train(arguments):
    torch.manual_seed(arguments.seed)
    worlds = [World(folder) for folder in arguments.worlds]
    pictures = torch.cat([world.pictures() for world in worlds])
    labels = {name: joined(worlds, name) for name in IN_PICTURES}
    config = ViTConfig(
        image_size=64, patch_size=8, hidden_size=64, num_hidden_layers=6, num_attention_heads=4, intermediate_size=256,
        hidden_act="gelu", hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, layer_norm_eps=1e-12)
    model = ViTModel(config, add_pooling_layer=False)
    heads = Heads(64, {name: int(values.max()) + 1 for name, values in labels.items()})
    weights = [*model.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1.5e-3, weight_decay=0.01)
    batches = len(pictures) // arguments.batch
    falling = schedule(optimizer, arguments.epochs * batches)
    start = time.time()
    for epoch in range(arguments.epochs):
        order = torch.randperm(len(pictures))
        total = 0.0
        for batch in order[: batches * arguments.batch].view(batches, arguments.batch):
            pixels = pictures[batch].float() / 127.5 - 1
            state = model(pixel_values=pixels).last_hidden_state[:, 0]
            wanted = {name: values[batch] for name, values in labels.items()}
            loss = heads.loss(state, wanted)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            falling.step()
            total += loss.item()
        print(epoch, round(total / batches, 4), heads.accuracies(state, wanted), f"{time.time() - start:.0f} s", flush=True)
    model.save_pretrained(arguments.output)
    (pathlib.Path(arguments.output) / "preprocessor_config.json").write_text(json.dumps(PREPROCESSING, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="+", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())
