"""Encodes the same items with `iisan encode` and with `transformers` on PyTorch, in turns, and prints the ratios.

    python3 Tools/Speed/encoders.py --encoder DIR (--titles FILE | --pictures FOLDER) [--threads N] [--rounds N]

Both go from files to kept hidden states on the disk (float16, seven layers, pooled) with the same weights, threads and items.
`transformers` reads padded batches of 64; the time to import Python's modules is not counted for it, and the whole process is counted
for iisan. A title is a line of FILE. The best round of each counts; seconds of the processor are shown too, since they suffer less from
what else the machine does. The share is of the machine's own rate of matrix products in that precision.

Needs torch, transformers, pillow, numpy and `make build`.
"""

import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import time

PRECISIONS = ["float32", "bfloat16"]


def kept(depth):
    count = min(7, depth + 1)
    return [(i * depth + (count - 1) // 2) // (count - 1) for i in range(count)]


def their_round(options):
    """One run with `transformers`, in a process of its own."""
    import numpy
    import torch
    import transformers
    from PIL import Image

    transformers.logging.set_verbosity_error()
    torch.set_num_threads(options.threads)
    start, used = time.perf_counter(), time.process_time()
    dtype = getattr(torch, options.precision)
    model = transformers.AutoModel.from_pretrained(options.encoder, dtype=dtype).eval()
    layers = kept(model.config.num_hidden_layers)
    rows = []
    tokens = 0
    with torch.inference_mode():
        if options.titles:
            tokenizer = transformers.AutoTokenizer.from_pretrained(options.encoder)
            titles = options.titles.read_text(encoding="utf-8").splitlines()
            for place in range(0, len(titles), 64):
                batch = tokenizer(titles[place:place + 64], padding=True, truncation=True, max_length=30, return_tensors="pt")
                tokens += int(batch["attention_mask"].sum())
                rows.append(pooled(model(**batch, output_hidden_states=True), layers, torch))
        else:
            processor = transformers.AutoImageProcessor.from_pretrained(options.encoder)
            files = sorted(options.pictures.glob("*.jpg"))
            for place in range(0, len(files), 64):
                pictures = [Image.open(file).convert("RGB") for file in files[place:place + 64]]
                pixels = processor(pictures, return_tensors="pt")["pixel_values"].to(dtype)
                output = model(pixel_values=pixels, output_hidden_states=True)
                tokens += output.hidden_states[0].shape[0] * output.hidden_states[0].shape[1]
                rows.append(pooled(output, layers, torch))
    numpy.save(options.out, numpy.concatenate(rows))
    blocks = sum(p.numel() for name, p in model.named_parameters() if ".layer." in f".{name}" or ".layers." in f".{name}")
    print(json.dumps(dict(
        seconds=time.perf_counter() - start, used=time.process_time() - used, items=sum(map(len, rows)),
        operations=2 * blocks * tokens, rate=matrix_rate(torch, dtype))))


def pooled(output, layers, torch):
    return torch.stack([output.hidden_states[layer][:, 0] for layer in layers], 1).to(torch.float16).numpy()


def matrix_rate(torch, dtype, size=1536):
    """Operations a second of the product of two matrices."""
    a = torch.full((size, size), 0.5, dtype=dtype)
    best = float("inf")
    for _ in range(8):
        start = time.perf_counter()
        torch.nn.functional.linear(a, a)
        best = min(best, time.perf_counter() - start)
    return 2 * size ** 3 / best


def dataset(options, folder):
    """A dataset directory of the items, each of them seen once by a user."""
    if options.titles:
        titles = options.titles.read_text(encoding="utf-8").splitlines()
        ids = [f"i{number}" for number in range(len(titles))]
    else:
        ids = sorted(file.stem for file in options.pictures.glob("*.jpg"))
        titles = ["-"] * len(ids)
    (folder / "items.tsv").write_text("".join(f"{i}\t{t}\n" for i, t in zip(ids, titles)), encoding="utf-8")
    (folder / "users.tsv").write_text("".join(
        f"u{place}\t{' '.join(ids[place:place + 10])}\n" for place in range(0, len(ids), 10)))
    command = [options.iisan, "data", "import", folder / "dataset", "--form", "iisan", "--interactions", folder / "users.tsv",
               "--items", folder / "items.tsv"]
    if options.pictures:
        command += ["--pictures", options.pictures]
    subprocess.run(command, check=True, capture_output=True)


def our_round(options, folder, precision):
    """One run of the command."""
    kind = "text" if options.titles else "image"
    store = folder / "store"
    subprocess.run(["rm", "-rf", store], check=True)
    (folder / "config.yaml").write_text(json.dumps({
        "data": {"dataset": str(folder / "dataset")}, "threads": options.threads,
        "encode": {"precision": precision, kind: {"encoder": str(options.encoder.resolve()), "store": str(store)}},
        "train": {"run": str(folder / "run")}}))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run([options.iisan, "encode", folder / "config.yaml", "--set", f"encode.{kind}.pooling=first"], check=True,
                   capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return dict(seconds=time.perf_counter() - start,
                used=after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--encoder", type=pathlib.Path, required=True)
    parser.add_argument("--titles", type=pathlib.Path)
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--iisan", type=pathlib.Path, default=pathlib.Path(__file__).parents[2] / ".build/release/iisan")
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.precision:
        their_round(options)
        return
    os.environ.update(OMP_WAIT_POLICY="PASSIVE", OMP_NUM_THREADS=str(options.threads), TOKENIZERS_PARALLELISM="false")
    best = {}
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        dataset(options, folder)
        for _ in range(options.rounds):
            for precision in PRECISIONS:
                theirs = json.loads(subprocess.run(
                    [sys.executable, __file__, *sys.argv[1:], "--precision", precision, "--out", folder / "theirs.npy"],
                    check=True, capture_output=True, text=True).stdout.splitlines()[-1])
                ours = our_round(options, folder, precision)
                for who, run in (("transformers", theirs), ("iisan", ours)):
                    old = best.get((who, precision))
                    keys = ["seconds", "used", "rate"]
                    pick = dict(seconds=min, used=min, rate=max)
                    best[who, precision] = {**run, **{k: pick[k](old[k], run[k]) for k in keys if old and k in run}}
    items, operations = theirs["items"], theirs["operations"]
    print(f"{items} items, {options.threads} threads, best of {options.rounds} rounds, {options.encoder.name}")
    for precision in PRECISIONS:
        for who in ("transformers", "iisan"):
            run = best[who, precision]
            share = operations / run["seconds"] / best["transformers", precision]["rate"]
            print(f"{who:13}{precision:9} {items / run['seconds']:8.1f} items/s   {run['used']:6.1f} s of the processor   "
                  f"{100 * share:3.0f} % of the matrix rate")
    for ours, theirs in (("float32", "float32"), ("bfloat16", "bfloat16"), ("bfloat16", "float32")):
        one, other = best["iisan", ours], best["transformers", theirs]
        print(f"iisan {ours} / transformers {theirs}: {other['seconds'] / one['seconds']:.2f} x in time, "
              f"{other['used'] / one['used']:.2f} x of the processor")


if __name__ == "__main__":
    main()
