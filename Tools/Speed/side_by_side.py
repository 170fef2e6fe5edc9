"""Measures iisan and the plain PyTorch statement in turns, in one run, and prints one table.

    Tools/Speed/bench [--rounds 3] [--json FILE] ...        builds, makes the data and calls this

A turn is float32 and bfloat16 of both, each in a process of its own, one after the other: what disturbs the machine disturbs both. Shown are
the best and the median of all turns. The floor of an epoch is the operations of the products that it cannot do without, divided by
the best measured rate of such a product. Needs torch, safetensors and what Tools/Speed/bench builds.
"""

import argparse
import json
import os
import pathlib
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from speed_table import table

HERE = pathlib.Path(__file__).parent
PRECISIONS = ["float32", "bfloat16"]


class Runs:
    """Starts the processes that measure, and keeps count of what else the machine did meanwhile."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        self.work = ["--dataset", options.data / "dataset", "--text", options.data / "text", "--image", options.data / "image"]
        self.machine = ["--device", options.device, "--threads", options.threads]
        self.others = []

    def json(self, name, *command):
        """What a command prints as JSON in its last line."""
        print(f"  {name}", file=sys.stderr, flush=True)
        before = machine_seconds()
        process = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, text=True)
        after = machine_seconds()
        if process.returncode != 0:
            raise SystemExit(f"{name} failed: {' '.join(map(str, command))}")
        if after:
            busy, children, wall = (b - a for a, b in zip(before, after))
            self.others.append(max(0.0, busy - children) / wall)
        return json.loads(process.stdout.splitlines()[-1])

    def measure(self, verb, *arguments):
        work = [] if verb == "machine" else self.work
        machine = [] if verb == "work" else self.machine
        return self.json(f"iisan {verb} {' '.join(map(str, arguments[:2]))}", self.options.built / "measure", verb, *work, *machine,
                         *arguments)

    def statement(self, *arguments):
        return self.json(f"PyTorch {' '.join(map(str, arguments[:2]))}", sys.executable, HERE / "training.py", *self.work, *self.machine,
                         "--users", self.folder / "users.json", *arguments)


def machine_seconds():
    """Seconds of the processor that all processes used and that our ended ones did, and the clock; nothing without /proc."""
    try:
        ticks = [int(tick) for tick in pathlib.Path("/proc/stat").read_text().split("\n")[0].split()[1:9]]
    except OSError:
        return None
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (sum(ticks) - ticks[3] - ticks[4]) / os.sysconf("SC_CLK_TCK"), usage.ru_utime + usage.ru_stime, time.perf_counter()


def starts(options, folder):
    """Seconds of the command's help, and of a training that ends after its first two steps."""
    configuration = folder / "config.yaml"
    configuration.write_text(json.dumps({
        "data": {"dataset": str(options.data / "dataset")}, "device": options.device, "threads": options.threads,
        "encode": {"text": {"store": str(options.data / "text")}, "image": {"store": str(options.data / "image")}},
        "train": {"run": str(folder / "run"), "measured_steps": 1}}))

    def quickest(*command):
        times = []
        for _ in range(3):
            start = time.perf_counter()
            subprocess.run([options.built / "iisan", *command], check=True, capture_output=True)
            times.append(time.perf_counter() - start)
        return min(times)

    return {"helpSeconds": quickest("--help"), "twoStepsSeconds": quickest("train", configuration, "--replace")}


def losses(runs, steps):
    """The first steps' losses from the same parameters: our fast form, our plain form, PyTorch's."""
    file = runs.folder / "parameters.safetensors"
    found = runs.measure("losses", "--steps", steps, "--parameters", file)
    found["statement"] = runs.statement("--steps", steps, "--parameters", file)["losses"]
    found["largestRelativeDifferenceFromStatement"] = max(
        abs(a - b) / abs(b) for a, b in zip(found["fast"], found["statement"]))
    return found


def encoding(options):
    """What encoders.py says of a small encoder of random weights over some of the items' titles."""
    titles = options.data / "titles.txt"
    command = [sys.executable, HERE / "encoders.py", "--encoder", options.data / "encoder", "--titles", titles, "--rounds", "1",
               "--threads", options.threads, "--iisan", options.built / "iisan"]
    print("  encoding", file=sys.stderr, flush=True)
    return subprocess.run([str(part) for part in command], check=True, stdout=subprocess.PIPE, text=True).stdout.splitlines()


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=3, help="turns; 3 take about six minutes on two cores")
    parser.add_argument("--json", type=pathlib.Path, help="also write all numbers here")
    parser.add_argument("--text", type=pathlib.Path, help="also write the table here")
    parser.add_argument("--device", default="cpu", help="cpu, cuda, ...")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--epochs", type=int, default=2, help="our epochs in each turn")
    parser.add_argument("--steps", type=int, default=12, help="PyTorch's steps in each turn, of which an epoch is worked out")
    parser.add_argument("--whole", action="store_true", help="PyTorch's epochs whole too: a minute or more each")
    parser.add_argument("--losses", type=int, default=100, help="steps whose losses are compared in float32; 0 for none")
    parser.add_argument("--no-encoding", action="store_true", help="leave out encoding, which is measured on the processor alone")
    parser.add_argument("--data", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    parser.add_argument("--built", type=pathlib.Path, required=True, help=argparse.SUPPRESS)
    options = parser.parse_args()
    (options.data, options.built) = (options.data.resolve(), options.built.resolve())
    if options.rounds < 1 or options.steps < 1 or options.epochs < 1:
        parser.error("at least one round, one step and one epoch")
    return options


def main():
    options = parse()
    # Threads that wait shall sleep, not spin, in both: the machine has others to serve.
    os.environ.pop("OMP_WAIT_POLICY", None)  # as the command sets it itself; the same for both
    os.environ.update(GOMP_SPINCOUNT="10000", OMP_NUM_THREADS=str(options.threads), TOKENIZERS_PARALLELISM="false")
    with tempfile.TemporaryDirectory() as name:
        runs = Runs(options, pathlib.Path(name))
        result = {"machine": platform.processor() or platform.machine(), "cores": os.cpu_count(), "threads": options.threads,
                  "device": options.device, "rounds": options.rounds, "data": options.data.name, "load": os.getloadavg()[0],
                  "work": runs.measure("work", "--users", runs.folder / "users.json"),
                  "rates": [], "iisan": {p: [] for p in PRECISIONS}, "pytorch": {p: [] for p in PRECISIONS}}
        whole = ["--whole"] if options.whole else ["--steps", options.steps]
        for turn in range(options.rounds):
            print(f"turn {turn + 1} of {options.rounds}", file=sys.stderr)
            result["rates"].append(runs.measure("machine"))
            for precision in PRECISIONS:
                result["iisan"][precision].append(runs.measure("training", "--precision", precision, "--epochs", options.epochs))
                result["pytorch"][precision].append(runs.statement("--precision", precision, *whole))
        if options.device != "cpu":
            result["oneByOne"] = {
                precision: runs.measure("training", "--precision", precision, "--epochs", options.epochs, "--no-capture")
                for precision in PRECISIONS}
        result["start"] = starts(options, runs.folder)
        result["othersShare"] = statistics.mean(runs.others) / os.cpu_count() if runs.others else None
        if options.losses:
            result["losses"] = losses(runs, options.losses)
        if not options.no_encoding and options.device == "cpu":
            result["encoding"] = encoding(options)
    lines = table(result)
    print("\n".join(lines))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n")
    if options.text:
        options.text.write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
