"""Full-catalogue ranking and its metrics."""

import math

import torch


def ranks(scores, histories, targets):
    """The rank, from 1, of every user's target among all items that are not in the user's own earlier history.

        rank = 1 + #(score > target's) + #(score == target's, another item)        ties count against us

    A target that is in the history is removed with it and can never be found: its rank is 0.
    scores: [users, items]; histories: lists of item indices; targets: one item index for each user.
    """
    result = []
    for row, history, target in zip(scores, histories, targets):
        if target in history:
            result.append(0)
            continue
        candidates = torch.ones(row.shape[0], dtype=torch.bool)
        candidates[torch.tensor(sorted(set(history)), dtype=torch.long)] = False
        candidates[target] = False
        result.append(1 + int((row[candidates] >= row[target]).sum()))
    return result


def ties(scores, histories, targets):
    """How many candidates, over all users, have exactly their user's target's score."""
    count = 0
    for row, history, target in zip(scores, histories, targets):
        if target not in history:
            candidates = [i for i in range(row.shape[0]) if i != target and i not in history]
            count += int((row[candidates] == row[target]).sum())
    return count


def metrics(ranks, at=10):
    """HR@n: share of users with a rank of at most n. NDCG@n: mean of 1 / log2(rank + 1) over those, 0 for the others."""
    found = [rank for rank in ranks if 0 < rank <= at]
    return {"hr": len(found) / len(ranks), "ndcg": sum(1 / math.log2(rank + 1) for rank in found) / len(ranks)}
