"""Trains a small shop in two network namespaces, which stand for two machines, and lets the network between them go wrong.

    sudo python3 Tools/Torture/Cluster/hosts.py --iisan .build/release/iisan [--rounds 10]

1. `iisan launch --nodes 2` in both: the losses have to be those of two processes of one machine, to the last digit.
2. The name of the first machine is that of its loopback address there, as in many an /etc/hosts: both have to name the rank and
   GLOO_SOCKET_IFNAME, and with that variable the training has to run.
3. A process of one is killed at a random moment while both launchers are started again whenever they fail, as Kubernetes and systemd
   do: the training has to end with the same losses.
4. The link between them goes down at a random moment of the training: both have to end with an error, within the deadline and 5 s.

The namespaces and what belongs to them are removed at the end. Linux, root.
"""

import argparse
import os
import pathlib
import random
import shutil
import signal
import subprocess
import tempfile
import time

from shop import Shop, require

NAMES = ["iisan-first", "iisan-second"]
ADDRESSES = ["10.213.7.1", "10.213.7.2"]
PORT = "29511"
FIRST = "first.iisan.test"


def ip(*arguments, check=True):
    subprocess.run(["ip", *arguments], check=check, capture_output=not check)


def remove():
    for name in NAMES:
        ip("netns", "delete", name, check=False)
        shutil.rmtree(f"/etc/netns/{name}", ignore_errors=True)


def connect():
    """Two namespaces with a wire between them."""
    remove()
    for name in NAMES:
        ip("netns", "add", name)
    ip("link", "add", "iisan0", "netns", NAMES[0], "type", "veth", "peer", "name", "iisan0", "netns", NAMES[1])
    for name, address in zip(NAMES, ADDRESSES):
        ip("-n", name, "address", "add", f"{address}/24", "dev", "iisan0")
        for device in ("lo", "iisan0"):
            ip("-n", name, "link", "set", device, "up")


def hosts(number, lines):
    """A file of host names of a namespace's own; `ip netns exec` puts it in the place of /etc/hosts."""
    folder = pathlib.Path(f"/etc/netns/{NAMES[number]}")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "hosts").write_text("127.0.0.1 localhost\n" + "".join(f"{line}\n" for line in lines))


def start(shop, run, address, timeout, variables=({}, {}), again=False):
    """The launchers of both machines; with `again` each is started again until it succeeds."""
    started = []
    for number, name in enumerate(NAMES):
        errors = open(shop.folder / f"errors-{number}", "w+")
        loop = ["sh", "-c", 'until "$@"; do sleep 1; done', "sh"] if again else []
        command = ["ip", "netns", "exec", name, *loop, shop.iisan, "launch", "--nodes", "2", "--node", str(number), "--address", address,
                   "--port", PORT, "-n", "1", "--", "train", "config.yaml", "--timeout", str(timeout), "--set", f"train.run={run}"]
        # The launcher passes on that its standard input has ended.
        started.append((subprocess.Popen(command, cwd=shop.folder, env={**shop.environment, **variables[number]},
                                         stdin=subprocess.PIPE, stdout=errors, stderr=errors), errors))
    return started


def finished(started, seconds):
    """The exit codes and what was said; an error where one still runs."""
    end, results = time.monotonic() + seconds, []
    try:
        for process, errors in started:
            process.wait(timeout=max(0.1, end - time.monotonic()))
    except subprocess.TimeoutExpired:
        pass
    for process, errors in started:
        still = process.poll() is None
        if still:
            process.terminate()
            process.wait()
        errors.seek(0)
        said = errors.read()
        errors.close()
        require(not still, f"{' '.join(process.args)} has not ended in {seconds:.0f} s; it said: {said[-2000:]}")
        results.append((process.returncode, said))
    return results


def joined(shop, options, whole):
    for code, said in finished(start(shop, "runs/hosts", ADDRESSES[0], 60), 120):
        require(code == 0, said)
    require(shop.losses("runs/hosts") == whole, "two machines make other losses than two processes of one")
    print("two machines: the losses of two processes of one machine", flush=True)


def loopback(shop, options, whole):
    hosts(0, [f"127.0.1.1 {FIRST}"])
    hosts(1, [f"{ADDRESSES[0]} {FIRST}"])
    for number, (code, said) in enumerate(finished(start(shop, "runs/loopback", FIRST, options.timeout), 60)):
        require(code == 1 and "rank 0" in said and "GLOO_SOCKET_IFNAME" in said, f"loopback, machine {number}: {code}, {said}")
        print(f"loopback, machine {number}: {said.strip()}", flush=True)
    named = {"GLOO_SOCKET_IFNAME": "iisan0"}
    for code, said in finished(start(shop, "runs/named", FIRST, 60, (named, {})), 120):
        require(code == 0, said)
    require(shop.losses("runs/named") == whole, "with GLOO_SOCKET_IFNAME the losses are others")
    print("loopback, with GLOO_SOCKET_IFNAME: trained, the same losses", flush=True)


def again(shop, options, whole):
    generator = random.Random(options.seed)
    for number in range(options.rounds):
        run = f"runs/again-{number}"
        begin = time.monotonic()
        started = start(shop, run, ADDRESSES[0], options.timeout, again=True)
        epochs, rank = generator.randrange(15), generator.randrange(2)
        while shop.epochs(run) < epochs:
            require(time.monotonic() - begin < 60, f"again {number}: no epoch {epochs}")
            time.sleep(0.01)
        time.sleep(generator.uniform(0, 0.3))
        for victim in trained_by(run, rank):
            os.kill(victim, signal.SIGKILL)
        for code, said in finished(started, 120):
            require(code == 0, f"again {number}: {said}")
        require(shop.losses(run) == whole, f"again {number}: the losses are others")
        print(f"again {number}: rank {rank} killed after {epochs} epochs, {time.monotonic() - begin:.0f} s, the same losses", flush=True)


def trained_by(run, rank):
    """The processes of a rank of a training."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            if f"RANK={rank}".encode() in variables and f"train.run={run}".encode() in (folder / "cmdline").read_bytes().split(b"\0"):
                yield int(folder.name)
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue


def cut(shop, options, whole):
    generator = random.Random(options.seed)
    for number in range(options.rounds):
        connect()
        run = f"runs/cut-{number}"
        started = start(shop, run, ADDRESSES[0], options.timeout)
        epochs = generator.randrange(12)
        while shop.epochs(run) < epochs and all(process.poll() is None for process, _ in started):
            time.sleep(0.01)
        time.sleep(generator.uniform(0, 0.3))
        side = generator.randrange(2)
        ip("-n", NAMES[side], "link", "set", "iisan0", "down")
        moment = time.monotonic()
        results = finished(started, options.timeout + 60)
        seconds = time.monotonic() - moment
        for machine, (code, said) in enumerate(results):
            require(code == 1, f"cut {number}, machine {machine}: {code}, {said}")
            print(f"cut {number} after {shop.epochs(run)} epochs, {seconds:.1f} s, machine {machine}: "
                  f"{[line for line in said.splitlines() if line.startswith('Error')]}", flush=True)
        require(seconds < options.timeout + 5, f"cut {number}: {seconds:.1f} s")


PARTS = {"joined": joined, "loopback": loopback, "again": again, "cut": cut}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iisan", required=True)
    parser.add_argument("--parts", nargs="+", default=list(PARTS), choices=list(PARTS))
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--timeout", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        shop = Shop(options.iisan, temporary, 20)
        whole = shop.launched("runs/whole")
        try:
            connect()
            for part in options.parts:
                PARTS[part](shop, options, whole)
        finally:
            remove()


main()
