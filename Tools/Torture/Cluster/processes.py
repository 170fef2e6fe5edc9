"""Kills, stops or cuts off one of several processes of a training, again and again, and looks at what the others do.

    python3 Tools/Torture/Cluster/processes.py --iisan PROGRAM [--rounds 60] [--timeout 8] [--seed 1] [--folder FOLDER]

A small generated shop is trained by 2 to 4 processes, started by `iisan launch` or each by itself. At a random moment one of them gets
SIGKILL or SIGSTOP. The others have to end within the timeout and 5 seconds, with an error that names its rank.
Then the training is started again with as many processes, and has to end with the losses of an undisturbed one, bit for bit.
"""

import argparse
import json
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
EPOCHS = 30


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Shop:
    """A small dataset with its states, and trainings of it."""

    def __init__(self, options, folder):
        self.options = options
        self.folder = folder
        encoders = ROOT / "Examples/Demo/encoders"
        self.call("data", "generate", "world", "--items", 150, "--users", 400, "--picture-size", 0, "--new-items", 0)
        (folder / "config.yaml").write_text(json.dumps({
            "data": {"dataset": "dataset", "import": {"form": "iisan", "interactions": "world/users.tsv", "items": "world/items.tsv"}},
            "encode": {"text": {"encoder": str(encoders / "text"), "store": "states/text"}},
            "train": {"run": "run", "modality": "text", "epochs": EPOCHS, "patience": EPOCHS, "batch_size": 33, "rate": 1e-3},
            "threads": 1, "device": "cpu"}))
        self.call("data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items", "world/items.tsv")
        self.call("encode", "config.yaml")

    def call(self, *command):
        done = subprocess.run([self.options.iisan, *map(str, command)], cwd=self.folder, capture_output=True, text=True)
        if done.returncode != 0:
            raise SystemExit(f"iisan {' '.join(map(str, command))}\n{done.stderr}")

    def arguments(self, run):
        return ["train", "config.yaml", "--timeout", str(self.options.timeout), "--set", f"train.run={run}"]

    def launch(self, run, size):
        """One launcher; its processes are its children."""
        return Launched(self, run, size)

    def start(self, run, size):
        """Every process by itself; rank 0 serves the store."""
        return Started(self, run, size)

    def losses(self, run):
        return [json.loads(line)["loss"] for line in (self.folder / run / "events.jsonl").read_text().splitlines()]


class Processes:
    """The processes of one training."""

    def popen(self, shop, name, command, environment):
        self.logs = getattr(self, "logs", [])
        log = shop.folder / f"{name}.log"
        self.logs.append(log)
        return subprocess.Popen(
            [shop.options.iisan, *command], cwd=shop.folder, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log.open("w"),
            env={**os.environ, "OMP_NUM_THREADS": "1", **environment})

    def text(self):
        return "".join(log.read_text() for log in self.logs)


class Launched(Processes):
    def __init__(self, shop, run, size):
        self.launcher = self.popen(shop, run, ["launch", "-n", str(size), "--", *shop.arguments(run)], {})
        self.size = size

    def pids(self):
        """By rank, once all have started."""
        while True:
            found = subprocess.run(["pgrep", "-P", str(self.launcher.pid)], capture_output=True, text=True).stdout.split()
            ranks = {}
            for pid in map(int, found):
                try:
                    variables = dict(
                        part.split("=", 1) for part in pathlib.Path(f"/proc/{pid}/environ").read_text().split("\0") if "=" in part)
                    ranks[int(variables["RANK"])] = pid
                except (OSError, KeyError):
                    pass
            if len(ranks) == self.size or self.launcher.poll() is not None:
                return ranks
            time.sleep(0.02)

    def is_over(self, without):
        # The launcher waits for a stopped process until its patience is over, and then ends it.
        children = subprocess.run(["pgrep", "-P", str(self.launcher.pid)], capture_output=True, text=True).stdout.split()
        return self.launcher.poll() is not None or {int(pid) for pid in children} <= {without}

    def codes(self, without):
        return []

    def end(self):
        for pid in self.pids().values():
            os.kill(pid, signal.SIGKILL)
        return self.launcher.wait(60)


class Started(Processes):
    def __init__(self, shop, run, size):
        port = free_port()
        self.all = [
            self.popen(shop, f"{run}-{rank}", shop.arguments(run), {
                "RANK": str(rank), "WORLD_SIZE": str(size), "LOCAL_RANK": str(rank), "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)})
            for rank in range(size)]

    def pids(self):
        return {rank: process.pid for rank, process in enumerate(self.all)}

    def is_over(self, without):
        return all(process.poll() is not None for process in self.all if process.pid != without)

    def codes(self, without):
        return [process.poll() for process in self.all if process.pid != without]

    def end(self):
        for process in self.all:
            process.kill()
        return max(abs(process.wait(60)) for process in self.all)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--iisan", required=True, type=lambda path: pathlib.Path(path).resolve())
    parser.add_argument("--rounds", type=int, default=60)
    parser.add_argument("--timeout", type=float, default=8)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=pathlib.Path, default=None)
    options = parser.parse_args()
    chance = random.Random(options.seed)
    folder = options.folder or pathlib.Path(tempfile.mkdtemp())
    folder.mkdir(parents=True, exist_ok=True)
    shop = Shop(options, folder)
    undisturbed, seconds = {}, {}
    for size in [2, 3, 4]:
        start = time.time()
        if shop.launch(f"whole{size}", size).launcher.wait(600) != 0:
            raise SystemExit("the undisturbed training fails")
        undisturbed[size], seconds[size] = shop.losses(f"whole{size}"), time.time() - start
    counts = {"early": 0}
    faults, slowest = [], 0.0
    for number in range(options.rounds):
        size, victim_rank = chance.choice([2, 3, 4]), None
        way, how = chance.choice(["launch", "start"]), chance.choice(["KILL", "STOP"])
        run = f"run{number}"
        processes = getattr(shop, way)(run, size)
        time.sleep(chance.uniform(0.3, seconds[size]))
        ranks = processes.pids()
        victim_rank = chance.randrange(size)
        name = f"round {number}: {size} by {way}, SIG{how} to rank {victim_rank}"
        victim = ranks.get(victim_rank)
        try:
            os.kill(victim, getattr(signal, f"SIG{how}"))
        except (ProcessLookupError, TypeError):
            counts["early"] += 1
            processes.end()
            continue
        told = time.time()
        while not processes.is_over(victim) and time.time() - told < options.timeout + 20:
            time.sleep(0.05)
        took = time.time() - told
        isOver = processes.is_over(victim)
        if how == "STOP":
            os.kill(victim, signal.SIGCONT)
        text = processes.text()
        codes = processes.codes(victim)
        processes.end()
        finished = len(shop.losses(run)) == EPOCHS if (folder / run / "events.jsonl").exists() else False
        if not isOver or took > options.timeout + 5:
            faults.append(f"{name}: the others ended after {took:.1f} s\n{text}")
        elif f"rank {victim_rank}, on" not in text and f"rank {victim_rank} of" not in text and not finished:
            faults.append(f"{name}: nobody names it\n{text}")
        elif any(code == 0 for code in codes) and not finished:
            faults.append(f"{name}: exit codes {codes}\n{text}")
        slowest = max(slowest, took)
        key = f"{way} SIG{how}"
        counts[key] = counts.get(key, 0) + 1
        again = shop.launch(run, size)
        if again.launcher.wait(600) != 0:
            faults.append(f"{name}: starting again fails\n{again.text()}")
        elif shop.losses(run) != undisturbed[size]:
            faults.append(f"{name}: the losses are others than those of an undisturbed training")
        for left in folder.glob(f"{run}*"):
            shutil.rmtree(left) if left.is_dir() else left.unlink()
        print(f"{name}, {took:.1f} s, {len(faults)} faults", file=sys.stderr, flush=True)
        if faults and faults[-1].startswith(name):
            print(faults[-1], file=sys.stderr, flush=True)
    print(json.dumps({"rounds": options.rounds, "timeout": options.timeout, "counts": counts, "slowest": round(slowest, 1), "faults": len(faults)}))
    for fault in faults:
        print(fault)
    if not options.folder:
        shutil.rmtree(folder)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
