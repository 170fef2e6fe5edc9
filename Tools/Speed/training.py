"""The plain PyTorch statement of Tools/Reference at work on stored hidden states: one measurement in one process, as a line of JSON.

    python3 Tools/Speed/training.py --dataset DIR --text STORE --image STORE --users FILE [--precision bfloat16] [--steps 12 | --whole]

As in the papers' code a batch is B histories padded to 11 slots, and every slot goes through the item tower, whether it is padding or its item
stands in the batch already; every user's 10 places go through the user encoder; Adam is torch.optim.Adam as it comes. FILE holds the
users of each step, as `measure work --users` writes them. Batches are padded outside of the clock. An epoch is the median step times its
steps, unless --whole runs all of them. Evaluation computes every item's vector once, in blocks, and ranks user by user.

With --parameters it trains from those instead, without dropout, and prints the losses of the steps. Needs torch and safetensors.
"""

import argparse
import json
import pathlib
import statistics
import sys
import time

import torch
from safetensors import safe_open
from safetensors.torch import load_file

sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Reference"))

from histories import SHORTEST, Histories  # noqa: E402
from item_towers import ItemTower  # noqa: E402
from ranking import metrics, ranks  # noqa: E402
from recommender import Recommender, initialise, optimiser, pad  # noqa: E402
from states import read_states  # noqa: E402
from user_encoder import UserEncoder  # noqa: E402

POSITIONS = 10
KEPT = 13
BLOCK = 1024


def kept_histories(dataset):
    """The newest items of the users that have enough, in the dataset's order: those that FILE counts."""
    with safe_open(dataset / "histories.safetensors", "pt") as file:
        offsets, items = file.get_tensor("offsets").tolist(), file.get_tensor("items").tolist()
    spans = [(start, end) for start, end in zip(offsets, offsets[1:]) if end - start >= SHORTEST]
    return Histories([items[max(start, end - KEPT):end] for start, end in spans])


def resident():
    """Bytes that this process holds, files that are mapped left out; 0 where the system does not tell."""
    try:
        status = pathlib.Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith(("RssAnon:", "RssShmem:")))


class Statement:
    """Model, optimiser and batches on a device."""

    def __init__(self, options):
        self.device = torch.device(options.device)
        self.dtype = getattr(torch, options.precision)
        torch.manual_seed(options.seed)
        text, image = (read_states(folder)[0] for folder in (options.text, options.image))
        self.items = len(text)
        self.histories = kept_histories(options.dataset)
        counts = self.histories.counts(self.items)
        steps = json.loads(options.users.read_text())
        sequences = self.histories.train
        self.batches = [pad([sequences[user] for user in users], POSITIONS + 1) for users in steps]
        # The statement makes its small tensors where torch makes them by default.
        torch.set_default_device(self.device)
        self.popularity = (counts / counts.sum()).to(self.device)
        tower = ItemTower((text.shape[2], text.shape[1]), (image.shape[2], image.shape[1]), versa=text.shape[1:] != image.shape[1:])
        encoder = UserEncoder(dropout=0.0) if options.parameters else UserEncoder()
        self.recommender = Recommender(tower, encoder, text.to(self.device), image.to(self.device)).train()
        initialise(self.recommender)
        if options.parameters:
            self.recommender.load_state_dict(load_file(options.parameters, device=str(self.device)))
        self.adam = optimiser(self.recommender)

    def autocast(self):
        return torch.autocast(self.device.type, dtype=torch.bfloat16, enabled=self.dtype == torch.bfloat16)

    def wait(self):
        if self.device.type == "cuda":
            torch.cuda.synchronize()

    def step(self, slots):
        """One step; its loss stays on the device."""
        slots = slots.to(self.device, non_blocking=True)
        self.adam.zero_grad()
        with self.autocast():
            loss = self.recommender.loss(slots, self.popularity)
        loss.backward()
        self.adam.step()
        return loss.detach()

    def evaluate(self):
        """Where the validation targets of all users stand among all items."""
        self.recommender.eval()
        earlier, targets = self.histories.question("validation")
        found = []
        with torch.no_grad(), self.autocast():
            everything = torch.arange(self.items)
            table = torch.cat([self.recommender.item_vectors(part) for part in everything.split(BLOCK)])
            for start in range(0, len(earlier), BLOCK):
                with torch.device("cpu"):
                    slots = pad(earlier[start:start + BLOCK], POSITIONS)
                slots = slots.to(self.device)
                users = self.recommender.user_encoder(table[slots.clamp(min=0)], slots >= 0)[:, -1]
                scores = (users @ table.T).float().cpu()
                with torch.device("cpu"):
                    found += ranks(scores, earlier[start:start + BLOCK], targets[start:start + BLOCK])
        self.recommender.train()
        return metrics(found)


def measure(options):
    before = resident()
    statement = Statement(options)
    peak = resident()
    count = len(statement.batches) if options.whole else min(options.steps, len(statement.batches))
    seconds = []
    for number in range(-2, count):  # two to warm up
        start = time.perf_counter()
        statement.step(statement.batches[number])
        statement.wait()
        seconds.append(time.perf_counter() - start)
        peak = max(peak, resident())
    steps = seconds[2:]
    evaluations = []
    for _ in range(options.evaluations):
        start = time.perf_counter()
        found = statement.evaluate()
        evaluations.append(time.perf_counter() - start)
        peak = max(peak, resident())
    result = {
        "precision": options.precision, "device": options.device, "threads": torch.get_num_threads(), "torch": torch.__version__,
        "stepSeconds": steps, "evaluationSeconds": evaluations, "isWhole": options.whole,
        "epochSeconds": [sum(steps) if options.whole else statistics.median(steps) * len(statement.batches)],
        "memory": {"own": peak - before}}
    if evaluations:
        result["validation"] = found
    if statement.device.type == "cuda":
        result["deviceMemory"] = torch.cuda.max_memory_allocated()
    return result


def losses(options):
    statement = Statement(options)
    return {"losses": [statement.step(statement.batches[step]).item() for step in range(options.steps)]}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--dataset", type=pathlib.Path, required=True, help="dataset directory by `iisan data import`")
    parser.add_argument("--text", type=pathlib.Path, required=True, help="store of hidden states")
    parser.add_argument("--image", type=pathlib.Path, required=True, help="store of hidden states")
    parser.add_argument("--users", type=pathlib.Path, required=True, help="users of each step, by `measure work --users`")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], default="float32")
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--whole", action="store_true", help="all steps of an epoch")
    parser.add_argument("--evaluations", type=int, default=1)
    parser.add_argument("--parameters", type=pathlib.Path, help="safetensors; print losses from there, without dropout")
    parser.add_argument("--threads", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def main():
    options = parse()
    if options.threads > 0:
        torch.set_num_threads(options.threads)
    print(json.dumps(losses(options) if options.parameters else measure(options)))


if __name__ == "__main__":
    main()
