"""Linear classifiers of attributes on one state, used in training only and not kept."""

import torch
from torch import nn


class Heads(nn.Module):
    def __init__(self, width, counts):
        super().__init__()
        self.heads = nn.ModuleDict({name: nn.Linear(width, count) for name, count in counts.items()})

    def loss(self, state, labels):
        return sum(nn.functional.cross_entropy(head(state), labels[name]) for name, head in self.heads.items())

    @torch.no_grad()
    def accuracies(self, state, labels):
        return {name: (head(state).argmax(1) == labels[name]).float().mean().item() for name, head in self.heads.items()}


def schedule(optimizer, steps, warmup=100):
    """A short linear rise, then a linear fall to nothing."""
    return torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / warmup) * max(0.0, 1 - step / steps))
