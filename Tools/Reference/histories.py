"""Users' histories and the leave-two-out split of the papers."""

from dataclasses import dataclass

import torch

SHORTEST = 5


@dataclass
class Histories:
    """Item indices of every user with at least five items, the newest `kept` of them, oldest first.

    train = all but the last two; the validation target is the last but one, the test target the last.
    """

    kept: list

    @property
    def train(self):
        return [history[:-2] for history in self.kept]

    def question(self, split):
        """What an evaluation knows and looks for: earlier items and target of every user; `split` is validation or test."""
        if split == "validation":
            return [history[:-2] for history in self.kept], [history[-2] for history in self.kept]
        return [history[:-1] for history in self.kept], [history[-1] for history in self.kept]

    def catalogue(self):
        """The items that occur in a kept history, ascending: what is ranked."""
        return sorted({item for history in self.kept for item in history})

    def counts(self, items):
        """[items] training interactions of each item."""
        return torch.bincount(torch.tensor([item for history in self.train for item in history]), minlength=items)


def read_histories(path, items, longest=13):
    """Reads `user, tab, items separated by spaces, oldest first`; `items` are the catalogue's ids in the states' order."""
    index = {item: number for number, item in enumerate(items)}
    kept = []
    for line in path.read_text(encoding="utf-8").splitlines():
        history = line.split("\t")[1].split(" ")
        if len(history) >= SHORTEST:
            kept.append([index[item] for item in history[-longest:]])
    return Histories(kept)
