"""Trains a small shop under torchrun, kills one of its processes at random moments, and compares with an undisturbed training.

    python3 Tools/Torture/Cluster/torchrun.py --iisan .build/release/iisan --torchrun torchrun [--rounds 20] [--seed 1]

Each round kills one of two processes by SIGKILL, once or twice, at a random moment from the start on. torchrun starts both again, and the
training has to end with the losses and validations of the undisturbed one to the last digit. Linux.
"""

import argparse
import os
import pathlib
import random
import re
import signal
import subprocess
import tempfile
import time

from shop import Shop, require


def workers(parent):
    """The processes that torchrun has started, by their rank."""
    found = {}
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rsplit(")", 1)[1].split()[1]) != parent:
                continue
            variables = (folder / "environ").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        ranks = [int(variable[5:]) for variable in variables if variable.startswith(b"RANK=")]
        if ranks:
            found[ranks[0]] = int(folder.name)
    return found


def trained(shop, options, run, log, kills):
    """One training under torchrun: what was killed, as (rank, epochs behind it), how long it took, and how long its processes were there."""
    start = time.monotonic()
    with open(log, "w") as errors:
        launcher = subprocess.Popen(
            [options.torchrun, "--standalone", "--nproc-per-node", "2", "--max-restarts", str(len(kills)), "--no-python", shop.iisan,
             "train", "config.yaml", "--timeout", "30", "--set", f"train.run={run}"],
            cwd=shop.folder, env=shop.environment, stdout=errors, stderr=errors)
    killed = []
    seen = set()
    there = gone = start
    if not kills:
        while launcher.poll() is None and len(workers(launcher.pid)) < 2:
            time.sleep(0.02)
        there = time.monotonic()
        while launcher.poll() is None and workers(launcher.pid):
            time.sleep(0.02)
        gone = time.monotonic()
    for rank, delay in kills:
        # A moment counts from when the processes are there, so that some fall into their start, most into the training.
        while launcher.poll() is None and not (set(workers(launcher.pid).values()) - seen and len(workers(launcher.pid)) == 2):
            time.sleep(0.02)
        time.sleep(delay)
        victims = workers(launcher.pid)
        seen |= set(victims.values())
        if launcher.poll() is None and rank in victims:
            os.kill(victims[rank], signal.SIGKILL)
            killed.append((rank, shop.epochs(run)))
    code = launcher.wait(timeout=300)
    require(code == 0, f"torchrun ended with {code}: {pathlib.Path(log).read_text()[-3000:]}")
    return killed, time.monotonic() - start, gone - there


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iisan", required=True)
    parser.add_argument("--torchrun", default="torchrun")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    generator = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as temporary:
        shop = Shop(options.iisan, temporary, options.epochs)
        whole = shop.launched("runs/whole")
        log = os.path.join(temporary, "torchrun.log")
        _, seconds, life = trained(shop, options, "runs/undisturbed", log, [])
        require(shop.losses("runs/undisturbed") == whole, "a training under torchrun is not that of iisan launch")
        print(f"{seconds:.0f} s undisturbed, {life:.1f} of them in its processes, the same losses as under iisan launch", flush=True)
        for number in range(options.rounds):
            kills = [(generator.randrange(2), generator.uniform(0, 0.95 * life)) for _ in range(generator.choice([1, 1, 2]))]
            killed, seconds_now, _ = trained(shop, options, f"runs/{number}", log, kills)
            require(shop.losses(f"runs/{number}") == whole, f"round {number}: after {killed} the losses are others")
            said = set(re.findall(r"(rank \d, on .*?(?:failed|not answer any more))", pathlib.Path(log).read_text()))
            print(f"round {number}: killed {killed}, {seconds_now:.0f} s, the same losses; said: {'; '.join(sorted(said)) or 'nothing'}",
                  flush=True)


main()
