"""Writes the golden fixtures of optimisers, clipping, schedules and averages: Fixtures/Optimizers/<case>/. README.md documents the format.

    python3 Tools/Reference/optimizers.py [--output Fixtures/Optimizers]
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file

STEPS = 10
# Two groups with rates of their own; of `side` one parameter has no gradient in the first steps.
GROUPS = {"heads": {"rate": 3e-3, "parameters": {"map.weight": [5, 7], "map.bias": [5], "table.weight": [6, 3]}},
          "side": {"rate": 1e-3, "parameters": {"block.weight": [4, 4], "gates": [4]}}}
# The matrices, which are decayed where a case says so.
MATRICES = ["map.weight", "block.weight"]
CASES = [
    {"name": "adam", "optimizer": "Adam", "decay": 0.0, "decayed": "none", "seed": 1},
    {"name": "adam-clipped", "optimizer": "Adam", "decay": 0.0, "decayed": "none", "clip_norm": 1.0, "seed": 2},
    {"name": "adamw-all", "optimizer": "AdamW", "decay": 0.1, "decayed": "all", "seed": 3},
    {"name": "adamw-matrices", "optimizer": "AdamW", "decay": 0.1, "decayed": "matrices", "average": 0.5, "seed": 4},
    {"name": "adamw-cosine", "optimizer": "AdamW", "decay": 0.1, "decayed": "matrices", "clip_norm": 0.5,
     "schedule": "cosine", "warmup_steps": 4, "average": 0.99, "seed": 5},
]


def parameter_groups(case, parameters):
    """PyTorch's groups: those of GROUPS, each with its decayed parameters apart from the others."""
    groups = []
    for group in GROUPS.values():
        names = list(group["parameters"])
        decayed = {"none": [], "all": names, "matrices": [name for name in names if name in MATRICES]}[case["decayed"]]
        for part, decay in ((decayed, case["decay"]), ([name for name in names if name not in decayed], 0.0)):
            if part:
                groups.append({"params": [parameters[name] for name in part], "lr": group["rate"], "weight_decay": decay})
    return groups


def scheduler(case, optimizer):
    """Linear warm-up, then half a cosine, by PyTorch's own schedulers."""
    if case.get("schedule") != "cosine":
        return None
    warmup = case["warmup_steps"]
    return torch.optim.lr_scheduler.SequentialLR(
        optimizer,
        [torch.optim.lr_scheduler.LinearLR(optimizer, start_factor=1 / warmup, total_iters=warmup - 1),
         torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=STEPS - warmup)],
        milestones=[warmup])


def measure(case):
    generator = torch.Generator().manual_seed(case["seed"])
    shapes = {name: shape for group in GROUPS.values() for name, shape in group["parameters"].items()}
    parameters = {name: torch.randn(shape, generator=generator).requires_grad_() for name, shape in shapes.items()}
    # Some steps' gradients are shorter than the bound, some longer.
    gradients = {name: torch.stack([(0.02 + 0.1 * step) * torch.randn(shape, generator=generator) for step in range(STEPS)])
                 for name, shape in shapes.items()}
    tensors = {f"start.{name}": value.detach().clone() for name, value in parameters.items()}
    tensors |= {f"gradients.{name}": value for name, value in gradients.items()}
    optimizer = getattr(torch.optim, case["optimizer"])(parameter_groups(case, parameters), betas=(0.9, 0.999), eps=1e-8)
    rates = scheduler(case, optimizer)
    averages = {name: value.detach().clone() for name, value in parameters.items()}
    values = {name: [] for name in shapes}
    norms, factors, kept = [], [], {name: [] for name in shapes}
    for step in range(STEPS):
        for name, parameter in parameters.items():
            parameter.grad = None if name == "gates" and step < 3 else gradients[name][step].clone()
        if "clip_norm" in case:
            norms.append(torch.nn.utils.clip_grad_norm_(list(parameters.values()), case["clip_norm"]))
        factors.append(optimizer.param_groups[0]["lr"] / GROUPS["heads"]["rate"])
        optimizer.step()
        if rates:
            rates.step()
        if "average" in case:
            decay = min(case["average"], (1 + step) / (10 + step))
            for name, parameter in parameters.items():
                averages[name] = decay * averages[name] + (1 - decay) * parameter.detach()
                kept[name].append(averages[name])
        for name, parameter in parameters.items():
            values[name].append(parameter.detach().clone())
    tensors |= {f"values.{name}": torch.stack(value) for name, value in values.items()}
    tensors["factors"] = torch.tensor(factors, dtype=torch.float64)
    if norms:
        tensors["norms"] = torch.stack(norms)
    if "average" in case:
        tensors |= {f"averages.{name}": torch.stack(value) for name, value in kept.items()}
    return tensors


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--output", default="Fixtures/Optimizers")
    output = pathlib.Path(parser.parse_args().output)
    for case in CASES:
        folder = output / case["name"]
        folder.mkdir(parents=True, exist_ok=True)
        about = {"format": 1, "kind": "optimizer", **case, "steps": STEPS, "groups": GROUPS, "matrices": MATRICES,
                 "torch": torch.__version__}
        (folder / "fixture.json").write_text(json.dumps(about, indent=1) + "\n")
        save_file({name: value.contiguous() for name, value in measure(case).items()}, folder / "fixture.safetensors")


if __name__ == "__main__":
    main()
