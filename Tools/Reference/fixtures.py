"""Writes the golden fixtures: Fixtures/<case>/fixture.json and fixture.safetensors. README.md documents the format.

    python3 Tools/Reference/fixtures.py [--output Fixtures] [--case NAME]
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file

from cases import CASES
from fine_tuning_cases import FINE_TUNING_CASES, build_live
from item_towers import IdentityTower, ItemTower
from ranking import metrics, ranks, ties
from recommender import Recommender, optimiser, pad, trained
from user_encoder import UserEncoder

FORMAT = 1
LEARNING_RATE = {"recommender": {"heads": 2e-3, "side_blocks": 1e-3},
                 "fine_tuning": {"heads": 2e-3, "adapters": 1e-3, "encoder": 5e-4}}
STEPS = 10


def build(case):
    """The recommender of a case with random inputs, and every parameter away from its usual start."""
    if kind(case) == "fine_tuning":
        return build_live(case, start)
    generator = torch.Generator().manual_seed(case["seed"])
    tower = case["item_tower"]
    output = case["item_vector_width"]
    states, present = {}, {}
    if tower["kind"] == "identity":
        item_tower = IdentityTower(case["items"], output)
    else:
        shapes = {}
        for name in ("text", "image"):
            modality = tower[name]
            shapes[name] = None if modality is None else (modality["width"], len(modality["layers"]))
            if modality is not None:
                states[name] = torch.randn(case["items"], len(modality["layers"]), modality["width"], generator=generator)
        item_tower = ItemTower(shapes["text"], shapes["image"], tower["intra"], tower["inter"], tower["gated"],
                               tower["versa"], tower["activation"], tower["bottleneck"], output, "missing" in tower)
        if "missing" in tower:
            for name, lacking in tower["missing"].items():
                present[name] = torch.tensor([item not in lacking for item in range(case["items"])])
    user = case["user_encoder"]
    user_encoder = UserEncoder(user["width"], user["positions"], user["blocks"], user["heads"], user["dropout"])
    recommender = Recommender(item_tower, user_encoder, states.get("text"), states.get("image"), present.get("text"),
                              present.get("image"))
    with torch.no_grad():
        for name, parameter in recommender.named_parameters():
            parameter.copy_(start(name, parameter.shape, generator))
    return recommender


def kind(case):
    return "fine_tuning" if case["item_tower"]["kind"] == "fine_tuning" else "recommender"


def start(name, shape, generator):
    """A parameter large enough that a wrong sign or a forgotten path shows."""
    noise = torch.randn(shape, generator=generator)
    if name.endswith(".gates"):
        return 0.08 * noise
    if "norm.weight" in name:
        return 1 + 0.2 * noise
    if name.endswith("bias"):
        return 0.2 * noise
    if "embedding" in name or "position" in name or name.endswith("missing"):
        return 0.5 * noise
    if "fusion" in name:
        return 0.4 * noise / shape[1] ** 0.5
    return noise / shape[1] ** 0.5


def measure(recommender, case):
    """Everything the fixture holds, computed in the recommender's own precision."""
    tensors = {}
    everything = torch.arange(case["items"])
    with torch.no_grad():
        for name, value in recommender.item_stages(everything).items():
            tensors["forward." + name] = value

    slots = pad(case["batch"]["histories"], case["user_encoder"]["positions"] + 1)
    counts = torch.tensor(case["batch"]["popularity_counts"])
    popularity = (counts / counts.sum()).to(tensors["forward.item_vectors"].dtype)

    recommender.train()
    outputs, losses, rows = recommender.loss_rows(slots, popularity)
    loss = losses.mean()
    loss.backward()
    lengths = (slots >= 0).sum(dim=1)
    first = slots.shape[1] - lengths[rows[:, 0]]
    tensors["forward.rows"] = torch.stack([rows[:, 0], rows[:, 1] - first], dim=1)
    tensors["forward.user_outputs"] = outputs.detach()
    tensors["forward.row_losses"] = losses.detach()
    tensors["forward.loss"] = loss.detach()
    for name, parameter in trained(recommender):
        tensors["parameters." + name] = parameter.detach().clone()
        gradient = torch.zeros_like(parameter) if parameter.grad is None else parameter.grad
        tensors["gradients." + name] = gradient.detach().clone()

    ranking = case["ranking"]
    with torch.no_grad():
        users = recommender.user_vectors(ranking["histories"], case["user_encoder"]["positions"])
        scores = users @ tensors["forward.item_vectors"].T
    tensors["ranking.user_vectors"] = users
    tensors["ranking.scores"] = scores
    tensors["ranking.ranks"] = torch.tensor(ranks(scores, ranking["histories"], ranking["targets"]))

    adam = optimiser(recommender, **LEARNING_RATE[kind(case)])
    steps = []
    for _ in range(STEPS):
        adam.zero_grad()
        step_loss = recommender.loss(slots, popularity)
        step_loss.backward()
        adam.step()
        steps.append(step_loss.detach())
    tensors["adam.losses"] = torch.stack(steps)
    for name, parameter in trained(recommender):
        if without_gradient(name):
            continue
        tensors["adam.parameters." + name] = parameter.detach().clone()
    return tensors


def without_gradient(name):
    """A key's bias adds the same to all scores of a query, which softmax does not see: its gradient is rounding alone, and Adam
    makes steps of that."""
    return name.endswith(".key.bias")


def deviations(single, double):
    """The largest absolute difference between float32 and float64 in each group of tensors: what rounding alone does."""
    largest = {}
    for name, value in single.items():
        if value.is_floating_point() and not name.startswith("parameters."):
            group = name.split(".")[0] if not name.startswith("adam.parameters") else "adam.parameters"
            difference = float((value.double() - double[name]).abs().max())
            largest[group] = max(largest.get(group, 0.0), difference)
    return {group: float(f"{value:.2g}") for group, value in largest.items()}


def write_case(case, folder):
    recommender = build(case)
    double = build(case).double()
    tensors = measure(recommender, case)
    exact = measure(double, case)
    assert torch.equal(tensors["ranking.ranks"], exact["ranking.ranks"]), f"{case['name']}: ranks depend on rounding"
    description = {"format": FORMAT, "kind": kind(case)} | case
    description["optimiser"] = {"name": "adam", "betas": [0.9, 0.999], "epsilon": 1e-8, "steps": STEPS,
                                "learning_rate": LEARNING_RATE[kind(case)]}
    description["ranking"] = case["ranking"] | metrics(tensors["ranking.ranks"].tolist())
    description["parameter_count"] = sum(parameter.numel() for _, parameter in trained(recommender))
    description["deviation_from_float64"] = deviations(tensors, exact)
    for name, given in (("text_states", recommender.text_states), ("image_states", recommender.image_states),
                        ("present_text", recommender.text_present), ("present_image", recommender.image_present)):
        if given is not None:
            tensors[name] = given.to(torch.uint8) if given.dtype == torch.bool else given
    if kind(case) == "fine_tuning":
        if recommender.item_tower.pixels is not None:
            tensors["pixels"] = recommender.item_tower.pixels
        write_encoders(build(case).item_tower, folder)
    write(folder, description, tensors)


def write_encoders(tower, folder):
    """The encoders as they are before training, as Hugging Face directories."""
    for name in ("text", "image"):
        if getattr(tower, name) is not None:
            getattr(tower, name).encoder.save_pretrained(folder / name)
            (folder / name / "model.safetensors").chmod(0o644)


def write_ranking(folder):
    """Scores alone, exact in float32, with ties, repeated history items and a target that masking makes unreachable."""
    generator = torch.Generator().manual_seed(7)
    scores = torch.randint(-8, 9, (6, 24), generator=generator) / 4.0
    scores[4] = 0.5
    histories = [[0, 5, 5, 9], [3], [23, 22, 21, 20, 19, 18, 17], [11, 2], [6, 7], [4, 8, 15]]
    targets = [12, 4, 0, 2, 10, 16]
    found = ranks(scores, histories, targets)
    assert found[3] == 0 and max(found) > 10, found
    description = {
        "format": FORMAT, "kind": "ranking", "name": folder.name,
        "description": "Ranks from given scores: ties, an all-equal row, a target in its own history (rank 0).",
        "users": 6, "items": 24,
        "ranking": {"histories": histories, "targets": targets, "ties": ties(scores, histories, targets)} | metrics(found),
    }
    write(folder, description, {"ranking.scores": scores, "ranking.ranks": torch.tensor(found)})


def write(folder, description, tensors):
    folder.mkdir(parents=True, exist_ok=True)
    description["torch"] = torch.__version__
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in description.items()]
    (folder / "fixture.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    file = folder / "fixture.safetensors"
    save_file({name: value.contiguous() for name, value in sorted(tensors.items())}, file)
    file.chmod(0o644)
    size = file.stat().st_size
    loss = f"  loss {float(tensors['forward.loss']):.4f} -> {float(tensors['adam.losses'][-1]):.4f}" \
        if "forward.loss" in tensors else ""
    print(f"{folder.name:24} {size:8} bytes{loss}  {description.get('deviation_from_float64', '')}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / "Fixtures")
    parser.add_argument("--case", help="write this case only")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    for case in CASES:
        if arguments.case in (None, case["name"]):
            write_case(case, arguments.output / case["name"])
    for case in FINE_TUNING_CASES:
        if arguments.case in (None, "FineTuning/" + case["name"]):
            write_case(case, arguments.output / "FineTuning" / case["name"])
    if arguments.case in (None, "ranking"):
        write_ranking(arguments.output / "ranking")


if __name__ == "__main__":
    main()
