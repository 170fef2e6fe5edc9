"""Runs the files of Examples/Distributed/slurm under a Slurm of this machine alone: an array that encodes, a merge, a training of two tasks.

    sudo python3 Tools/Torture/Cluster/slurm.py --iisan .build/release/iisan

slurmctld, slurmd and munged are started from Debian's packages (slurm-wlm, munge) with a configuration in a temporary folder, and ended. Then a
training is told to stop and has to come back out of the queue with the same losses, and a task is killed: the job has to fail in time, and
say which. Linux, root; munge's key has to be there, and no other Slurm.
"""

import argparse
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from shop import ROOT, Shop, require

EXAMPLES = ROOT / "Examples/Distributed/slurm"


class Slurm:
    """A cluster of one machine."""

    def __init__(self, folder, environment):
        self.folder = pathlib.Path(folder) / "slurm"
        self.environment = dict(environment, SLURM_CONF=str(self.folder / "slurm.conf"))
        for name in ("state", "spool"):
            (self.folder / name).mkdir(parents=True)
        host = socket.gethostname().split(".")[0]
        settings = {
            "ClusterName": "iisan", "SlurmctldHost": host, "SlurmUser": "root", "ProctrackType": "proctrack/linuxproc",
            "TaskPlugin": "task/none", "ReturnToService": 2, "StateSaveLocation": self.folder / "state",
            "SlurmdSpoolDir": self.folder / "spool", "SlurmctldPidFile": self.folder / "slurmctld.pid",
            "SlurmdPidFile": self.folder / "slurmd.pid", "SlurmctldLogFile": self.folder / "slurmctld.log",
            "SlurmdLogFile": self.folder / "slurmd.log", "SelectType": "select/cons_tres", "SelectTypeParameters": "CR_Core",
            "JobAcctGatherType": "jobacct_gather/none", "AccountingStorageType": "accounting_storage/none"}
        text = "".join(f"{name}={value}\n" for name, value in settings.items())
        text += f"NodeName={host} CPUs={os.cpu_count()} State=UNKNOWN\nPartitionName=all Nodes=ALL Default=YES State=UP\n"
        (self.folder / "slurm.conf").write_text(text)
        self.munged = None
        if subprocess.run("munge -n | unmunge", shell=True, capture_output=True).returncode != 0:
            os.makedirs("/run/munge", exist_ok=True)
            shutil.chown("/run/munge", "munge", "munge")
            self.munged = subprocess.Popen(["runuser", "-u", "munge", "--", "munged", "--foreground"], stderr=subprocess.DEVNULL)
            time.sleep(1)
        self.daemons = [subprocess.Popen([name, "-D", "-f", self.folder / "slurm.conf"], env=self.environment, stderr=subprocess.DEVNULL)
                        for name in ("slurmctld", "slurmd")]
        for _ in range(100):
            time.sleep(0.2)
            if "idle" in self.run("sinfo", "-h", "-o", "%T", check=False):
                return
        require(False, "the machine does not become idle: " + (self.folder / "slurmd.log").read_text()[-1000:])

    def run(self, *command, check=True, folder=None):
        done = subprocess.run(command, env=self.environment, cwd=folder, capture_output=True, text=True)
        require(done.returncode == 0 or not check, f"{command}: {done.stderr}")
        return done.stdout.strip()

    def wait(self, seconds):
        """Waits until no job is left."""
        end = time.monotonic() + seconds
        while self.run("squeue", "-h"):
            require(time.monotonic() < end, "jobs are left: " + self.run("squeue", "-o", "%i %j %T %r"))
            time.sleep(0.2)

    def stop(self):
        for process in self.daemons[::-1] + ([self.munged] if self.munged else []):
            process.terminate()
            process.wait()


def task(run, number):
    """The process of a task of a training."""
    for folder in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            variables = (folder / "environ").read_bytes().split(b"\0")
            words = (folder / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
        if f"SLURM_PROCID={number}".encode() in variables and f"train.run={run}".encode() in words and words[1:2] == [b"train"]:
            return int(folder.name)
    require(False, f"task {number} of {run} is not there")


def until_trained(shop, run, epochs):
    end = time.monotonic() + 120
    while shop.epochs(run) < epochs:
        require(time.monotonic() < end, f"{run} has not begun")
        time.sleep(0.02)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iisan", required=True)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        shop = Shop(options.iisan, pathlib.Path(temporary) / "shop", 20)
        shutil.rmtree(shop.folder / "states")
        programs = pathlib.Path(temporary) / "bin"
        programs.mkdir()
        (programs / "iisan").symlink_to(shop.iisan)
        slurm = Slurm(temporary, dict(shop.environment, PATH=f"{programs}:{os.environ['PATH']}"))
        try:
            tried(shop, slurm)
        finally:
            slurm.stop()


def tried(shop, slurm):
    print(slurm.run("sinfo", "--version"), slurm.run(EXAMPLES / "submit.sh", "config.yaml", "4", folder=shop.folder), flush=True)
    slurm.wait(180)
    whole = shop.launched("runs/whole")
    logs = "".join(log.read_text()[-500:] for log in shop.folder.glob("*.log"))
    require(shop.epochs("runs/iisan") and shop.losses("runs/iisan") == whole, f"the losses are not those of iisan launch: {logs}")
    print("array, merge and training: the losses of iisan launch on the same store", flush=True)

    run = "runs/stopped"
    job = slurm.run("sbatch", "--parsable", EXAMPLES / "train.sbatch", "config.yaml", "--set", f"train.run={run}", folder=shop.folder)
    until_trained(shop, run, 4)
    slurm.run("scancel", "--signal=TERM", job)
    time.sleep(3)
    stopped = shop.epochs(run)
    require("PENDING" in slurm.run("squeue", "-h", "-o", "%T"), "the job is not in the queue again")
    slurm.wait(300)
    require(shop.losses(run) == whole, "the losses of the job that was stopped are others")
    print(f"told to stop after {stopped} epochs, queued again: the same losses", flush=True)

    run = "runs/killed"
    job = slurm.run("sbatch", "--parsable", EXAMPLES / "train.sbatch", "config.yaml", "--set", f"train.run={run}", "--set",
                    "train.epochs=10000", "--set", "train.patience=10000", folder=shop.folder)
    until_trained(shop, run, 4)
    os.kill(task(run, 1), signal.SIGKILL)
    begin = time.monotonic()
    slurm.wait(60)
    said = (shop.folder / f"iisan-train-{job}.log").read_text()
    require("Error: rank 1, on " in said and "FAILED" in slurm.run("scontrol", "show", "job", job), said[-1000:])
    print(f"a task killed: named, and the job failed, after {time.monotonic() - begin:.0f} s", flush=True)


main()
