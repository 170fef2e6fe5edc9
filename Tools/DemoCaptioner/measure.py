"""Counts the attributes that captions name right, and compares the captions of `iisan caption` with those of transformers.

    iisan caption captions.yaml
    python3 measure.py --world worlds/201 --captions captions.jsonl --model ../../Examples/Demo/encoders/captions

Without `--captions` the captions are those of transformers: greedy, in float32.
"""

import argparse
import json
import pathlib
import sys

import torch
from PIL import Image
from transformers import AutoProcessor, LlavaForConditionalGeneration

from captions import Shown, read, shown
from train import PROMPTS, World


@torch.inference_mode()
def written(folder, pictures, batch=50):
    """The captions that transformers writes of the folder's model, prompted by its own template."""
    model = LlavaForConditionalGeneration.from_pretrained(folder, dtype=torch.float32).eval()
    processor = AutoProcessor.from_pretrained(folder)
    asked = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": PROMPTS[0]}]}]
    prompt = processor.apply_chat_template(asked, add_generation_prompt=True)
    texts = []
    for start in range(0, len(pictures), batch):
        part = [Image.open(path).convert("RGB") for path in pictures[start: start + batch]]
        inputs = processor(images=part, text=[prompt] * len(part), return_tensors="pt")
        tokens = model.generate(**inputs)[:, inputs["input_ids"].shape[1]:]
        texts += [text.strip() for text in processor.batch_decode(tokens, skip_special_tokens=True)]
    return texts


def run(arguments):
    torch.set_num_threads(arguments.threads)
    world = World(arguments.world)
    truth = dict(zip(world.items, shown(world)))
    if arguments.captions:
        lines = [json.loads(line) for line in pathlib.Path(arguments.captions).read_text(encoding="utf-8").splitlines()]
        captions = {line["item"]: line.get("caption", "") for line in lines}
    else:
        captions = dict.fromkeys(world.items[: arguments.items], None)
    if arguments.model:
        texts = written(arguments.model, [world.folder / "pictures" / f"{item}.png" for item in captions])
        if arguments.captions:
            other = {item: (captions[item], text) for item, text in zip(captions, texts) if captions[item] != text}
            print(f"{len(texts) - len(other)} of {len(texts)} captions are identical")
            for item, (own, theirs) in other.items():
                print(f"  {item}: {own!r}, transformers: {theirs!r}")
        else:
            captions = dict(zip(captions, texts))
    named = {item: read(text) for item, text in captions.items()}
    right = {
        name: sum(getattr(named[item], name) == getattr(truth[item], name) for item in named) / len(named)
        for name in Shown._fields}
    whole = sum(named[item] == truth[item] for item in named) / len(named)
    print(f"{len(named)} pictures; named right: " + ", ".join(f"{name} {share:.3f}" for name, share in right.items()))
    print(f"all attributes {sum(right.values()) / len(right):.4f}, whole sentences {whole:.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--world", required=True)
    parser.add_argument("--captions")
    parser.add_argument("--model")
    parser.add_argument("--items", type=int, default=500)
    parser.add_argument("--threads", type=int, default=1)
    arguments = parser.parse_args()
    if not (arguments.captions or arguments.model):
        sys.exit("give --captions, --model or both")
    run(arguments)
