"""Times `iisan caption` beside `generate` of transformers, on the same random weights in the shape of SmolVLM-256M, in one run.

    python3 Tools/Speed/captions.py IISAN WORK [--pictures 32] [--tokens 40] [--rounds 3] [--types float32 bfloat16]

IISAN is the command, optimised; WORK a folder for the model (1 GB) and the captions. One tile for each picture, no end token: each caption has
all its tokens. transformers gets the batch of 1, 4, 8, 16 and 32 pictures that suits it best, iisan its usual 16. Loading is not counted on
either side. The programs take turns.

Requirements: those of Tools/Parity/requirements.txt.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Parity"))

import torch
import transformers
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil

from caption_folders import PROMPT, byte_level
from tiles import picture

t = transformers


def make(place):
    """A folder in the shape of SmolVLM-256M."""
    marks = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    words = byte_level(["<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>", *marks])
    configuration = t.SmolVLMConfig(
        vision_config=dict(hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072, image_size=512, patch_size=16),
        text_config=dict(model_type="llama", vocab_size=49280, hidden_size=576, num_hidden_layers=30, num_attention_heads=9,
                         num_key_value_heads=3, head_dim=64, intermediate_size=1536, max_position_embeddings=8192, eos_token_id=None),
        image_token_id=words.convert_tokens_to_ids("<image>"), scale_factor=4)
    torch.manual_seed(7)
    model = t.SmolVLMForConditionalGeneration(configuration)
    with torch.no_grad():
        # What the tokenizer does not know is never written.
        model.get_output_embeddings().weight[words.backend_tokenizer.get_vocab_size(with_added_tokens=False):] = 0
    model.generation_config = t.GenerationConfig(pad_token_id=0)
    model.save_pretrained(place)
    words.save_pretrained(place)
    processor = SmolVLMImageProcessorPil(size={"longest_edge": 2048}, max_image_size={"longest_edge": 512}, do_image_splitting=False)
    processor.save_pretrained(place)
    return t.SmolVLMProcessor(processor, words, None, image_seq_len=64)


def oracle(model, processor, files, tokens, batch):
    """Seconds of transformers for all pictures, from files to texts."""
    start = time.perf_counter()
    texts = []
    for first in range(0, len(files), batch):
        images = [[t.image_utils.load_image(str(file))] for file in files[first:first + batch]]
        text = [f"<|im_start|>User:<image>{PROMPT}<end_of_utterance>\nAssistant:"] * len(images)
        inputs = processor(images=images, text=text, return_tensors="pt").to(model.dtype)
        with torch.no_grad():
            written = model.generate(**inputs, do_sample=False, max_new_tokens=tokens)
        texts += processor.tokenizer.batch_decode(written[:, inputs["input_ids"].shape[1]:], skip_special_tokens=True)
    return time.perf_counter() - start, texts


def ours(command, work, dtype, tokens):
    """Seconds of `iisan caption` for all pictures, as it says itself."""
    shutil.rmtree(work / "captions", ignore_errors=True)
    environment = {**os.environ, "OMP_WAIT_POLICY": "PASSIVE"}
    run = subprocess.run(
        [command, "caption", work / "config.yaml", "--set", f"encode.captions.precision={dtype}", "--set",
         f"encode.captions.maximum_tokens={tokens}"], capture_output=True, text=True, check=True, env=environment)
    count, rate = re.search(r"caption: (\d+) pictures, .* ([\d.]+) pictures/s", run.stderr).groups()
    return int(count) / float(rate), [json.loads(line).get("caption", "") for line in open(work / "captions/captions.jsonl")]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("iisan")
    parser.add_argument("work", type=pathlib.Path)
    parser.add_argument("--pictures", type=int, default=32)
    parser.add_argument("--tokens", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--types", nargs="+", default=["float32", "bfloat16"])
    options = parser.parse_args()
    t.utils.logging.disable_progress_bar()
    work = options.work.resolve()
    (work / "pictures").mkdir(parents=True, exist_ok=True)
    names = [f"{number:03}" for number in range(options.pictures)]
    for number, name in enumerate(names):
        picture(445 + number, 300).save(work / f"pictures/{name}.jpg")
    (work / "users.tsv").write_text("".join(f"u{user}\t{' '.join(names[(user + step) % len(names)] for step in range(5))}\n" for user in range(8)))
    (work / "items.tsv").write_text("".join(f"{name}\tItem {name}\n" for name in names))
    (work / "config.yaml").write_text(
        "data: {dataset: dataset}\nencode: {captions: {model: model, file: captions/captions.jsonl}}\ntrain: {run: run}\n")
    processor = make(work / "model")
    shutil.rmtree(work / "dataset", ignore_errors=True)
    subprocess.run([options.iisan, "data", "import", work / "dataset", "--form", "iisan", "--interactions", work / "users.tsv", "--items",
                    work / "items.tsv", "--pictures", work / "pictures"], check=True, stdout=subprocess.DEVNULL)
    files = [work / f"pictures/{name}.jpg" for name in names]
    for dtype in options.types:
        model = t.SmolVLMForConditionalGeneration.from_pretrained(work / "model", dtype=getattr(torch, dtype)).eval()
        oracle(model, processor, files[:4], 2, 4)
        best = min((oracle(model, processor, files[:max(batch, 8)], options.tokens, batch)[0] / max(batch, 8), batch) for batch in (1, 4, 8, 16, 32))[1]
        pairs = []
        for _ in range(options.rounds):
            theirs, texts = oracle(model, processor, files, options.tokens, best)
            own, captions = ours(options.iisan, work, dtype, options.tokens)
            pairs.append((theirs, own))
        theirs, own = (sorted(times)[len(times) // 2] for times in zip(*pairs))
        count = len(files)
        same = sum(" ".join(a.split()) == " ".join(b.split()) for a, b in zip(texts, captions))
        print(json.dumps({
            "type": dtype, "transformers_batch": best, "transformers_pictures_per_second": round(count / theirs, 3),
            "iisan_pictures_per_second": round(count / own, 3), "iisan_tokens_per_second": round(count * options.tokens / own, 1),
            "ratio": round(theirs / own, 2), "ratios": [round(a / b, 2) for a, b in pairs], "same_captions": f"{same} of {count}",
        }), flush=True)
        del model


if __name__ == "__main__":
    main()
