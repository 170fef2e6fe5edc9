"""Self-check of the fine-tuning methods: formulas worked out by hand, names, what trains, what padding does.

    python3 Tools/Reference/check_fine_tuning.py
"""

import pathlib
import tempfile

import torch
from safetensors import safe_open

from check import close
from fine_tuning import Adapter, LiveModality, LiveTower, LowRank, checkpoint_key
from recommender import Recommender, optimiser, trained
from small_encoders import IMAGE, small_image, small_text
from user_encoder import UserEncoder

MAKERS = {"text": small_text, "image": small_image}
SIDE = IMAGE["image_size"]


def recommender(method):
    torch.manual_seed(1)
    generator = torch.Generator().manual_seed(2)
    text, image = (LiveModality(make(generator), 4, method) for make in MAKERS.values())
    titles = [[1, 5, 9, 2], [1, 2], [1, 7, 7, 8, 30, 2], [1, 3, 4, 2], [1, 33, 2]]
    pixels = torch.randn(len(titles), 3, SIDE, SIDE, generator=generator)
    return Recommender(LiveTower(text, image, titles, pixels, 4), UserEncoder(4, 3, 1, 1, 0.0))


def check_by_hand():
    adapter = Adapter(2, 1)
    with torch.no_grad():
        adapter.down.weight.copy_(torch.tensor([[1.0, -1.0]]))
        adapter.down.bias.fill_(0.5)
        adapter.up.weight.copy_(torch.tensor([[2.0], [3.0]]))
        adapter.up.bias.copy_(torch.tensor([0.1, 0.2]))
    linear = torch.nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.eye(2))
        linear.bias.copy_(torch.tensor([0.0, 1.0]))
    adapter.let_in(linear)
    # y = [1, 0.2]; D y + b = 1.3; y + U 1.3 + c
    close(linear(torch.tensor([1.0, -0.8])), [1 + 2.6 + 0.1, 0.2 + 3.9 + 0.2], "adapter")

    low_rank = LowRank(2, rank=1, alpha=3)
    with torch.no_grad():
        low_rank.down.copy_(torch.tensor([[1.0, 2.0]]))
        low_rank.up.copy_(torch.tensor([[1.0], [-1.0]]))
    linear = torch.nn.Linear(2, 2, bias=False)
    with torch.no_grad():
        linear.weight.copy_(2 * torch.eye(2))
    low_rank.let_in(linear)
    # W x = [6, 2]; A x = 5; 3 B 5 = [15, -15]
    close(linear(torch.tensor([3.0, 1.0])), [21.0, -13.0], "LoRA")


def check_start():
    items = torch.arange(5)
    plain, lora, adapter = (recommender(method).item_tower.stages(items) for method in ("full", "lora", "adapter"))
    for name in ("text", "image"):
        close(lora[name + ".state"], plain[name + ".state"].detach(), f"LoRA starts as the {name} encoder", 0)
        difference = float((adapter[name + ".state"] - plain[name + ".state"]).abs().max().detach())
        assert 0 < difference < 0.02, difference
        print(f"ok  adapters start near the {name} encoder")


def check_padding():
    tower = recommender("full").item_tower
    together = tower(torch.arange(5))
    apart = torch.cat([tower(torch.tensor([item])) for item in range(5)])
    close(together, apart.detach(), "padding a title changes nothing")


def check_names():
    for name, make in MAKERS.items():
        encoder = make(torch.Generator().manual_seed(3))
        with tempfile.TemporaryDirectory() as folder:
            encoder.save_pretrained(folder)
            with safe_open(pathlib.Path(folder) / "model.safetensors", "pt") as file:
                stored = {key: file.get_tensor(key) for key in file.keys()}
        named = {checkpoint_key(key): value for key, value in encoder.named_parameters()}
        assert stored.keys() == named.keys(), stored.keys() ^ named.keys()
        assert all(torch.equal(stored[key], named[key]) for key in stored)
        print(f"ok  names of the {name} encoder are its checkpoint's")


def check_what_trains():
    encoders = sum(parameter.numel() for make in MAKERS.values() for parameter in make(torch.Generator()).parameters())
    rest = sum(parameter.numel() for _, parameter in trained(recommender("frozen")))
    biases = sum(parameter.numel() for make in MAKERS.values() for name, parameter in make(torch.Generator()).named_parameters()
                 if name.endswith("bias"))
    widths = (12, 8)
    expected = {"frozen": 0, "full": encoders, "bitfit": biases,
                "adapter": sum(2 * 2 * (2 * 64 * width + 64 + width) for width in widths),
                "lora": sum(2 * 2 * 2 * 8 * width for width in widths)}
    for method, count in expected.items():
        model = recommender(method)
        assert sum(parameter.numel() for _, parameter in trained(model)) == rest + count, method
        before = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
        # From its start LoRA's A has no gradient, so two steps.
        adam = optimiser(model)
        for _ in range(2):
            adam.zero_grad()
            model.loss(torch.tensor([[0, 1, 2], [3, 4, 0]]), torch.full((5,), 1 / 5)).backward()
            adam.step()
        for name, parameter in model.named_parameters():
            moved = not torch.equal(parameter, before[name])
            assert parameter.requires_grad or not moved, f"{method}: {name} moved"
            exempt = name.endswith(("key.bias", "k_proj.bias"))
            assert moved or exempt or not parameter.requires_grad, f"{method}: {name} did not move"
        print(f"ok  {method}: {count} parameters more than heads and user encoder, they alone move")


if __name__ == "__main__":
    check_by_hand()
    check_start()
    check_padding()
    check_names()
    check_what_trains()
