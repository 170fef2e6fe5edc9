"""Hidden states on disk: one safetensors file, or a store folder as `iisan encode` writes it."""

import json

import torch
from safetensors import safe_open
from safetensors.torch import save_file


def write_states(path, states, items, layers):
    """`states` [items, layers, width] with the item ids and the layers' indices as metadata."""
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file({"states": states.contiguous()}, path, {"items": json.dumps(items), "layers": json.dumps(layers)})


def read_states(path):
    """States [items, layers, width] as stored, and the item ids. A store folder: its items.jsonl and shards in order."""
    if path.is_dir():
        manifest = json.loads((path / "manifest.json").read_text())
        items = [json.loads(line)["id"] for line in (path / manifest["items"]["file"]).read_text().splitlines() if line]
        shards = []
        for shard in manifest["shards"]:
            with safe_open(path / shard["file"], "pt") as file:
                shards.append(file.get_tensor("states"))
        states = torch.cat(shards)
    else:
        with safe_open(path, "pt") as file:
            states = file.get_tensor("states")
            items = json.loads(file.metadata()["items"])
    if states.shape[0] != len(items):
        raise SystemExit(f"{path}: {states.shape[0]} states for {len(items)} items")
    return states, items
