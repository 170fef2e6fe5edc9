"""Encodes with the papers' largest encoders in their true shape, read block by block, and says what it took.

    python3 Tools/Rehearsal/rehearse.py [--command .build/release/iisan] [--folder .build/rehearsal] [--memory 8GB]
                                        [--titles 48] [--pictures 8] [--models llama-3-70b eva-clip-18b] [--blocks N]

For each model: weights as `giant.py` writes them, 7.3 GB and 2.2 GB on the disk, which are deleted afterwards; what `iisan models show` says of
the whole; `iisan encode` of a generated world with the layers of Experiments/versa, once all at once and once killed and continued; every
checksum; and that the states are what drawn and empty blocks make of each other. Prints a report. Needs numpy.
"""

import argparse
import json
import os
import pathlib
import shutil
import signal
import struct
import subprocess
import sys
import threading
import time

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
MODELS = {
    "llama-3-70b": dict(
        modality="text", layers=[0, 1, 2, 3, 5, 20, 35, 50, 65, 80], pooling="mean", drawn=3, has_norm=True),
    "eva-clip-18b": dict(
        modality="image", layers=[0, 1, 2, 3, 12, 21, 30, 39, 48], pooling="first", drawn=3, has_norm=False)}


class Watch:
    """The largest resident size of a process, and what of it is its own memory and not mapped files."""

    def __init__(self, process):
        self.process, self.total, self.own = process, 0, 0
        self.thread = threading.Thread(target=self.look, daemon=True)
        self.thread.start()

    def look(self):
        while self.process.poll() is None:
            try:
                lines = pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            except OSError:
                return
            sizes = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in lines if line.startswith(("VmRSS", "RssAnon"))}
            self.total = max(self.total, sizes.get("VmRSS", 0))
            self.own = max(self.own, sizes.get("RssAnon", 0))
            time.sleep(0.1)


def blocks_done(folder):
    """How many blocks the record of an encoding says are done; -1 where there is none."""
    try:
        return json.loads((folder / "states.building/streaming.json").read_text())["layer"]
    except (OSError, ValueError):
        return -1


def run(arguments, folder, kill_at=None):
    """Runs the command, and kills it once `kill_at` blocks are on the disk. Gives the seconds, the peak and the words."""
    log = open(folder / "words.txt", "w+")
    start = time.time()
    process = subprocess.Popen(arguments, cwd=folder, stdout=log, stderr=log)
    watch = Watch(process)
    killed = False
    while process.poll() is None:
        time.sleep(0.1)
        if kill_at and blocks_done(folder) >= kill_at:
            os.kill(process.pid, signal.SIGKILL)
            killed = True
            break
    code = process.wait()
    words = (folder / "words.txt").read_text(errors="replace")
    if kill_at and not killed:
        sys.exit("the run ended before it was killed")
    if code != 0 and not killed:
        sys.exit(f"{' '.join(map(str, arguments))} failed:\n{words}")
    return time.time() - start, watch, words


def states(store):
    """The states of a store [items, layers, width]."""
    parts = []
    for shard in sorted(store.glob("states-*.safetensors")):
        data = shard.read_bytes()
        size = struct.unpack("<Q", data[:8])[0]
        entry = json.loads(data[8:8 + size])["states"]
        first, end = (8 + size + offset for offset in entry["data_offsets"])
        parts.append(np.frombuffer(data[first:end], np.float16).reshape(entry["shape"]).astype(np.float32))
    return np.concatenate(parts)


def check(store, model):
    """What is wrong with the states, where some blocks are drawn and the others add nothing; empty where nothing is."""
    rows, layers, wrong = states(store), model["layers"], []
    if not np.isfinite(rows).all():
        wrong.append("not finite")
    deviations = [float(rows[:, place].std()) for place in range(len(layers))]
    drawn = layers.index(model["drawn"])
    for place in range(1, drawn + 1):
        if np.abs(rows[:, place] - rows[:, place - 1]).max() == 0:
            wrong.append(f"drawn block {layers[place]} changes nothing")
    last = len(layers) - 1 if model["has_norm"] else len(layers)
    for place in range(drawn + 1, last):
        if not np.array_equal(rows[:, place], rows[:, drawn]):
            wrong.append(f"state {layers[place]} is not that after the last drawn block")
    if len({row.tobytes() for row in rows}) < len(rows) * 0.9:
        wrong.append("different items have equal states")
    return wrong, deviations


def rehearse(name, model, options, report):
    command, folder = options.command.resolve(), options.folder / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    modality = model["modality"]
    tokenizer = ["--tokenizer", ROOT / "Examples/Demo/encoders/text"] if modality == "text" else []
    giant = [sys.executable, ROOT / "Tools/Rehearsal/giant.py", name]
    subprocess.run(giant + [folder / "whole", "--drawn", "-1"] + tokenizer, check=True, capture_output=True)
    report(run([command, "models", "show", "whole"], folder)[2].strip())
    shutil.rmtree(folder / "whole")
    blocks = ["--blocks", str(options.blocks)] if options.blocks else []
    made = subprocess.run(
        giant + [folder / "encoder", "--drawn", str(model["drawn"])] + blocks + tokenizer, check=True, capture_output=True,
        text=True)
    report(made.stdout.strip())
    layers = sorted({min(layer, options.blocks or layer) for layer in model["layers"]})
    model = dict(model, layers=layers, has_norm=model["has_norm"] and layers == model["layers"])
    items = options.titles if modality == "text" else options.pictures
    run([command, "data", "generate", "world", "--items", "100", "--users", "60", "--picture-size",
         "224" if modality == "image" else "0"], folder)
    # The first items alone: a generated world has a hundred at least.
    lines = (folder / "world/items.tsv").read_text().splitlines()[:items]
    (folder / "world/items.tsv").write_text("\n".join(lines) + "\n")
    ids = [line.split("\t")[0] for line in lines]
    (folder / "world/users.tsv").write_text("".join(
        f"u{user}\t{' '.join(ids[(user + step) % items] for step in range(5))}\n" for user in range(60)))
    pictures = ["--pictures", "world/pictures"] if modality == "image" else []
    run([command, "data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items",
         "world/items.tsv"] + pictures, folder)
    (folder / "config.yaml").write_text(json.dumps({
        "data": {"dataset": "dataset"}, "train": {"modality": modality}, "encode": {
            "precision": "bfloat16", modality: {
                "encoder": "encoder", "store": "states", "layers": model["layers"], "pooling": model["pooling"]}}}))
    encode = [command, "encode", "config.yaml", "--memory", options.memory]
    seconds, watch, words = run(encode, folder)
    plan = next(line for line in words.splitlines() if "items: store" in line)
    report(f"{plan}\n{items} items in {seconds:.0f} s under --memory {options.memory}; peak resident size "
           f"{watch.total / 1e9:.2f} GB, of which its own {watch.own / 1e9:.2f} GB")
    wrong, deviations = check(folder / "states", model)
    report("deviations of the kept states: " + ", ".join(
        f"{layer}: {deviation:.3g}" for layer, deviation in zip(model["layers"], deviations)))
    report("the states are " + ("; ".join(wrong) if wrong else
           "finite, changed by every drawn block and by no other"))
    verified = run([command, "encode", "config.yaml", "--verify"], folder)[2].strip().splitlines()[-1]
    report(verified)
    if not options.once:
        shutil.move(folder / "states", folder / "undisturbed")
        run(encode, folder, kill_at=model["drawn"] + 1)
        seconds = run(encode, folder)[0]
        same = all((folder / "states" / file.name).read_bytes() == file.read_bytes()
                   for file in (folder / "undisturbed").glob("states-*.safetensors"))
        report(f"killed (kill -9) after block {model['drawn'] + 1} and continued in {seconds:.0f} s: "
               + ("the same states byte for byte" if same else "OTHER STATES"))
    shutil.rmtree(folder)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--command", type=pathlib.Path, default=ROOT / ".build/release/iisan")
    parser.add_argument("--folder", type=pathlib.Path, default=ROOT / ".build/rehearsal")
    parser.add_argument("--memory", default="8GB")
    parser.add_argument("--titles", type=int, default=48, help="5 to 100")
    parser.add_argument("--pictures", type=int, default=8, help="5 to 100")
    parser.add_argument("--blocks", type=int, help="blocks that are run; left out, all")
    parser.add_argument("--models", nargs="+", choices=list(MODELS), default=list(MODELS))
    parser.add_argument("--once", action="store_true", help="without the run that is killed")
    options = parser.parse_args()
    for name in options.models:
        print(f"\n== {name}", flush=True)
        rehearse(name, MODELS[name], options, lambda text: print(text, flush=True))


if __name__ == "__main__":
    main()
