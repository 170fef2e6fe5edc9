"""A small shop whose trainings are shared by processes: what the scripts beside this one have in common."""

import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]

CONFIGURATION = """\
data:
  dataset: dataset
encode:
  text: {{encoder: {encoders}/text, store: states/text, layers: [0, 3, 6]}}
  image: {{encoder: {encoders}/image, store: states/image, layers: [0, 6]}}
train:
  run: runs/iisan
  epochs: {epochs}
  patience: {epochs}
  batch_size: 9
  rate: 0.001
  side_networks: {{bottleneck: 8}}
threads: 1
"""


class Shop:
    """A folder with a generated world, its states, and a configuration."""

    def __init__(self, iisan, folder, epochs):
        self.iisan, self.folder = os.path.abspath(iisan), pathlib.Path(folder)
        # Threads that wait shall sleep, since processes share the cores.
        self.environment = dict(os.environ, OMP_NUM_THREADS="1", OMP_WAIT_POLICY="PASSIVE")
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config.yaml").write_text(CONFIGURATION.format(encoders=ROOT / "Examples/Demo/encoders", epochs=epochs))
        self.run(["data", "generate", "world", "--seed", "5", "--items", "100", "--users", "40", "--shortest-history", "5",
                  "--longest-history", "12", "--picture-size", "64"])
        self.run(["data", "import", "dataset", "--form", "iisan", "--interactions", "world/users.tsv", "--items", "world/items.tsv",
                  "--pictures", "world/pictures"])
        self.run(["encode", "config.yaml"])

    def run(self, arguments):
        done = subprocess.run([self.iisan] + arguments, cwd=self.folder, env=self.environment, capture_output=True, text=True)
        if done.returncode != 0:
            sys.exit(f"iisan {' '.join(arguments)} ended with {done.returncode}: {done.stderr}")

    def launched(self, run, processes=2):
        """An undisturbed training of so many processes."""
        self.run(["launch", "-n", str(processes), "--", "train", "config.yaml", "--set", f"train.run={run}"])
        return self.losses(run)

    def losses(self, run):
        """What each epoch left, all digits."""
        lines = (self.folder / run / "events.jsonl").read_text().splitlines()
        return [(event["epoch"], event["loss"], json.dumps(event.get("validation"), sort_keys=True)) for event in map(json.loads, lines)]

    def epochs(self, run):
        """How many epochs a run has behind it so far."""
        try:
            return (self.folder / run / "events.jsonl").read_text().count("\n")
        except FileNotFoundError:
            return 0


def require(condition, text):
    """Ends the script where something is not as it has to be."""
    if not condition:
        sys.exit(f"FAILED: {text}")
