"""Measures how well each layer's first-token state tells the attributes, on a world that was not trained on.

    python3 probe.py --world worlds/201 --encoders ../../Examples/Demo/encoders

A linear classifier is fitted on 70 % of the items' states and tested on the rest. Prints a table for each encoder.
"""

import argparse
import pathlib

import torch
from transformers import AutoImageProcessor, AutoModel, AutoTokenizer

from worlds import IN_PICTURES, IN_TITLES, World


@torch.inference_mode()
def states(model, inputs, count, batch=128):
    """[items, layers, width] of the first tokens."""
    parts = []
    for start in range(0, count, batch):
        hidden = model(**inputs(start, min(count, start + batch)), output_hidden_states=True).hidden_states
        parts.append(torch.stack([layer[:, 0] for layer in hidden], dim=1))
    return torch.cat(parts)


def probe(features, labels, steps=300):
    """The test accuracy of a linear classifier of standardised features."""
    split = int(0.7 * len(labels))
    features = (features - features[:split].mean(0)) / (features[:split].std(0) + 1e-6)
    head = torch.nn.Linear(features.shape[1], int(labels.max()) + 1)
    optimizer = torch.optim.Adam(head.parameters(), lr=0.05, weight_decay=1e-4)
    for _ in range(steps):
        loss = torch.nn.functional.cross_entropy(head(features[:split]), labels[:split])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return (head(features[split:]).argmax(1) == labels[split:]).float().mean().item()


def table(title, hidden, world, attributes):
    print(f"| {title}, layer | " + " | ".join(attributes) + " |")
    print("|---" * (len(attributes) + 1) + "|")
    for layer in range(hidden.shape[1]):
        cells = [f"{probe(hidden[:, layer], world.labels(name)):.3f}" for name in attributes]
        print(f"| {layer} | " + " | ".join(cells) + " |", flush=True)


def run(arguments):
    torch.manual_seed(1)
    world, root = World(arguments.world), pathlib.Path(arguments.encoders)
    tokenizer = AutoTokenizer.from_pretrained(root / "text")
    titles = list(world.titles)
    hidden = states(
        AutoModel.from_pretrained(root / "text").eval(),
        lambda start, end: tokenizer(titles[start:end], padding=True, truncation=True, max_length=30, return_tensors="pt"),
        len(titles))
    table("titles", hidden, world, IN_TITLES)
    prepare, pictures = AutoImageProcessor.from_pretrained(root / "image"), world.pictures()
    hidden = states(
        AutoModel.from_pretrained(root / "image").eval(),
        lambda start, end: prepare(list(pictures[start:end]), return_tensors="pt"), len(pictures))
    print()
    table("pictures", hidden, world, IN_PICTURES)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", required=True)
    parser.add_argument("--encoders", required=True)
    run(parser.parse_args())
