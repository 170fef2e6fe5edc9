"""Every kept layer's pooled hidden state of titles or pictures, by transformers.

    python3 encode.py --model DIR --items items.tsv --output text.safetensors [--layers 0,2,4] [--tokens 30]
    python3 encode.py --model DIR --items items.tsv --pictures DIR --output image.safetensors

Writes `states` [items, layers, width]. Layers are numbered as transformers returns `hidden_states`: 0 is the embedding output,
l the output of block l. items.tsv: item, tab, title; the picture of item i is DIR/i.jpg (or .png). Pooling: `first` token, `mean` over
the tokens that are not padding, or the `last` of those.
"""

import argparse
import pathlib

import torch
from PIL import Image
from transformers import AutoConfig, AutoImageProcessor, AutoModel, AutoTokenizer, CLIPTextModel, CLIPVisionModel

from states import write_states


def read_items(path):
    """Item ids and titles, in the order of the file."""
    rows = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").split("\n") if line]
    return [row[0] for row in rows], [row[1] if len(row) > 1 else "" for row in rows]


def load_model(folder, pictures):
    """The frozen encoder; of a CLIP pair the half that is needed."""
    if AutoConfig.from_pretrained(folder).model_type == "clip":
        kind = CLIPVisionModel if pictures else CLIPTextModel
    else:
        kind = AutoModel
    return kind.from_pretrained(folder, dtype=torch.float32).eval()


def pool(states, mask, pooling):
    """[batch, tokens, width] -> [batch, width]; mask: [batch, tokens], 1 on tokens that are not padding (right-padded)."""
    if pooling == "first":
        return states[:, 0]
    if pooling == "mean":
        weights = mask.unsqueeze(2).to(states.dtype)
        return (states * weights).sum(dim=1) / weights.sum(dim=1)
    last = mask.sum(dim=1) - 1
    return states[torch.arange(states.shape[0]), last]


def find_picture(folder, item):
    for suffix in (".jpg", ".jpeg", ".png"):
        path = folder / (item + suffix)
        if path.exists():
            return path
    raise SystemExit(f"{folder}: no picture of item {item}")


def encode(arguments):
    items, titles = read_items(arguments.items)
    model = load_model(arguments.model, arguments.pictures)
    if arguments.pictures:
        prepare = AutoImageProcessor.from_pretrained(arguments.model)
    else:
        prepare = AutoTokenizer.from_pretrained(arguments.model, padding_side="right")
        if prepare.pad_token is None:
            prepare.pad_token = prepare.eos_token
    layers, parts = arguments.layers, []
    for start in range(0, len(items), arguments.batch):
        batch = slice(start, start + arguments.batch)
        if arguments.pictures:
            pictures = [Image.open(find_picture(arguments.pictures, item)).convert("RGB") for item in items[batch]]
            inputs = prepare(pictures, return_tensors="pt")
        else:
            inputs = prepare(titles[batch], max_length=arguments.tokens, truncation=True, padding=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**inputs, output_hidden_states=True).hidden_states
        layers = layers or list(range(len(states)))
        mask = inputs.get("attention_mask", torch.ones(states[0].shape[:2], dtype=torch.long))
        parts.append(torch.stack([pool(states[layer], mask, arguments.pooling) for layer in layers], dim=1))
        print(f"{min(batch.stop, len(items))} of {len(items)}", flush=True)
    write_states(arguments.output, torch.cat(parts).to(getattr(torch, arguments.dtype)), items, layers)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", type=pathlib.Path, required=True, help="folder of a Hugging Face model")
    parser.add_argument("--items", type=pathlib.Path, required=True, help="item, tab, title")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder of pictures; without it titles are encoded")
    parser.add_argument("--output", type=pathlib.Path, required=True)
    parser.add_argument("--layers", type=lambda text: [int(part) for part in text.split(",")], help="default: all")
    parser.add_argument("--pooling", choices=["first", "mean", "last"], default="first")
    parser.add_argument("--tokens", type=int, default=30, help="longest title, special tokens included")
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--dtype", choices=["float32", "float16", "bfloat16"], default="float32")
    encode(parser.parse_args())


if __name__ == "__main__":
    main()
