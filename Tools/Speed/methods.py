"""Trains, evaluates and asks every kind of method on a device and on the processor, and prints what differs and what a step costs.

    python3 Tools/Speed/methods.py --iisan PROGRAM [--device cuda] [--epochs 2] [--json FILE] [--text FILE]

On a small generated world: the items go through the demo's encoders on both, each method trains without dropout from the same parameters
on both, and the run of the device is evaluated and asked there. `--device cpu:1` tries the accelerators' form on the processor.
"""

import argparse
import concurrent.futures
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from safetensors import safe_open

ROOT = pathlib.Path(__file__).resolve().parents[2]
METHODS = {
    "iisan": ["train.method=iisan"],
    "iisan, bfloat16": ["train.method=iisan", "train.precision=bfloat16"],
    "iisan, modern": ["recipe=modern", "train.method=iisan"],
    "id+modality": ["train.method=id+modality"],
    "id": ["train.method=id"],
    "iisan, uncached": ["train.method=iisan", "train.cached=false"],
    "lora": ["train.method=lora"],
    "adapter": ["train.method=adapter"],
    "bitfit": ["train.method=bitfit"],
    "full": ["train.method=full"],
    "full, bfloat16": ["train.method=full", "train.precision=bfloat16"],
}
# What may differ, relative: sums in another order over some steps; products in bfloat16.
BOUNDS = {"float32": 2e-3, "bfloat16": 2e-2}


class Machine:
    """One device: its folder of stores and runs."""

    def __init__(self, options, folder, device):
        self.options = options
        self.device = device
        self.folder = folder / device.replace(":", "-")
        self.folder.mkdir()
        self.configuration = self.folder / "config.yaml"
        self.configuration.write_text(json.dumps({
            "recipe": "paper", "device": device, "threads": options.threads,
            "data": {"dataset": str(folder / "dataset")},
            "encode": {modality: {"encoder": str(ROOT / "Examples/Demo/encoders" / modality), "store": str(self.folder / modality)}
                       for modality in ["text", "image"]},
            "train": {"run": str(self.folder / "run"), "epochs": options.epochs, "rate": 1e-3, "side_block_rate": 5e-4}}))

    def call(self, *command):
        """Standard output of a command, and its seconds."""
        start = time.perf_counter()
        done = subprocess.run([self.options.iisan, *map(str, command)], capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"iisan {' '.join(map(str, command))}\n{done.stderr}")
        return done.stdout, time.perf_counter() - start

    def encode(self):
        return self.call("encode", self.configuration)[1]

    def train(self, name, settings):
        """Loss and seconds of each epoch."""
        run = self.folder / name.replace(", ", "-")
        extra = ["train.user_encoder.dropout=0", "train.fine_tuning.dropout=false", f"train.run={run}"]
        sets = [part for setting in settings + extra for part in ("--set", setting)]
        self.call("train", self.configuration, *sets)
        return run, [json.loads(line) for line in (run / "events.jsonl").read_text().splitlines()]

    def ask(self, run, history):
        """HR@10 of the test targets, and what a history gets."""
        self.call("evaluate", run)
        card = json.loads((run / "result.json").read_text())["test"]["all"]
        lists = json.loads(self.call("recommend", run, "--history", history, "--format", "json")[0])
        return card, lists


def largest_difference(one, other):
    """Of the states of two stores, relative to the largest state."""
    worst = 0.0
    for file in sorted(one.glob("*.safetensors")):
        with safe_open(file, "pt") as a, safe_open(other / file.name, "pt") as b:
            for key in a.keys():
                left, right = a.get_tensor(key).double(), b.get_tensor(key).double()
                worst = max(worst, ((left - right).abs().max() / right.abs().max()).item())
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--iisan", type=pathlib.Path, required=True)
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--threads", type=int, default=2, help="of one training on the processor")
    parser.add_argument("--trainings", type=int, default=4, help="trainings at once on the processor")
    parser.add_argument("--items", type=int, default=600)
    parser.add_argument("--users", type=int, default=1500)
    parser.add_argument("--json", type=pathlib.Path)
    parser.add_argument("--text", type=pathlib.Path)
    options = parser.parse_args()
    options.iisan = options.iisan.resolve()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        device, processor = Machine(options, folder, options.device), Machine(options, folder, "cpu")
        world = folder / "world"
        device.call("data", "generate", world, "--items", options.items, "--users", options.users)
        device.call("data", "import", folder / "dataset", "--form", "iisan", "--interactions", world / "users.tsv",
                    "--items", world / "items.tsv", "--pictures", world / "pictures")
        history = (world / "users.tsv").read_text().split("\n")[0].split("\t")[1].replace(" ", ",")
        result = {"device": options.device, "encode": {}, "methods": {}}
        seconds = {machine.device: machine.encode() for machine in (device, processor)}
        for modality in ["text", "image"]:
            result["encode"][modality] = largest_difference(device.folder / modality, processor.folder / modality)
        result["encodeSeconds"] = seconds
        with concurrent.futures.ThreadPoolExecutor(max_workers=options.trainings) as pool:
            others = {method: pool.submit(processor.train, method, settings) for method, settings in METHODS.items()}
            for method, settings in METHODS.items():
                print(f"  {method}", file=sys.stderr, flush=True)
                run, events = device.train(method, settings)
                card, lists = device.ask(run, history)
                _, expected = others[method].result()
                losses = [(a["loss"], b["loss"]) for a, b in zip(events, expected)]
                result["methods"][method] = {
                    "losses": losses, "difference": max(abs(a - b) / abs(b) for a, b in losses),
                    "epochSeconds": [event["seconds"] for event in events], "test": card, "recommended": lists,
                    "isWithin": max(abs(a - b) / abs(b) for a, b in losses)
                    <= BOUNDS["bfloat16" if "bfloat16" in method else "float32"]}
                # After each row: whoever lends the device may take it back at any moment.
                write(result, options)
    print("\n".join(table(result)))
    if not all(found["isWithin"] for found in result["methods"].values()):
        raise SystemExit("methods: a loss differs by more than rounding explains")


def table(result):
    """The lines of the table."""
    lines = [f"Encoding on {result['device']}: states differ from the processor's by at most "
             + ", ".join(f"{value:.1e} ({modality})" for modality, value in result["encode"].items()) + " of the largest.", "",
             "| Method | Last epoch's loss | On the processor | Largest relative difference | Seconds an epoch |",
             "|:--|--:|--:|--:|--:|"]
    for method, found in result["methods"].items():
        loss, expected = found["losses"][-1]
        mark = "" if found["isWithin"] else " (too large)"
        lines.append(f"| {method} | {loss:.5f} | {expected:.5f} | {found['difference']:.1e}{mark} | {found['epochSeconds'][-1]:.2f} |")
    return lines


def write(result, options):
    """Leaves what is known so far in the files that were asked for."""
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.text:
        options.text.write_text("\n".join(table(result)) + "\n")


if __name__ == "__main__":
    main()
