"""Trainable parameters with bert-base and ViT-base, 64 wide, in the papers' shapes: exact, and the papers' figures explained.

    python3 Tools/Reference/counts.py
"""

import torch
from transformers import BertConfig, BertModel, ViTConfig, ViTModel

from fine_tuning import METHODS, LiveModality, LiveTower
from item_towers import ItemTower
from recommender import Recommender, group, trained
from user_encoder import UserEncoder


def live(method):
    """adapters 64 wide, LoRA of rank 8."""
    text = LiveModality(BertModel(BertConfig(), add_pooling_layer=False), 64, method)
    image = LiveModality(ViTModel(ViTConfig(), add_pooling_layer=False), 64, method)
    return Recommender(LiveTower(text, image), UserEncoder())


def main():
    with torch.device("meta"):
        models = {method: live(method) for method in METHODS}
        models["iisan"] = Recommender(ItemTower((768, 7), (768, 7)), UserEncoder())
    for method, model in models.items():
        groups, parts = {}, {"heads and fusion": 0, "user encoder": 0}
        for name, parameter in trained(model):
            groups[group(name)] = groups.get(group(name), 0) + parameter.numel()
            if group(name) == "heads":
                parts["user encoder" if name.startswith("user_encoder") else "heads and fusion"] += parameter.numel()
        detail = {key: value for key, value in groups.items() if key != "heads"} | parts
        print(f"{method:8} {sum(groups.values()):>12,}   " + ", ".join(f"{key} {value:,}" for key, value in detail.items()))


if __name__ == "__main__":
    main()
