"""The papers' training and full-ranking evaluation, plainly.

    python3 train.py --users users.tsv --text text.safetensors --image image.safetensors [--seed 42] [--result result.json]

One line per epoch; at the end a JSON result. States are files by encode.py or store folders by `iisan encode`. Stops after more
than ten evaluations without a better validation HR@10; the test numbers are those of the best validation epoch.
"""

import argparse
import json
import pathlib
import sys
import time

import torch

from histories import read_histories
from item_towers import IdentityTower, ItemTower
from ranking import metrics, ranks, ties
from recommender import Recommender, initialise, optimiser, pad
from states import read_states
from user_encoder import UserEncoder

POSITIONS = 10
PATIENCE = 10


def evaluate(score, histories, split, catalogue):
    """HR@10, NDCG@10 and the number of ties; `score` maps histories to [users, items]. Only `catalogue` is ranked."""
    earlier, targets = histories.question(split)
    place = {item: number for number, item in enumerate(catalogue)}
    with torch.no_grad():
        scores = score(earlier)[:, torch.tensor(catalogue)]
    earlier = [[place[item] for item in history] for history in earlier]
    targets = [place[target] for target in targets]
    found = ranks(scores, earlier, targets)
    return metrics(found) | {"unreachable": found.count(0)}, (scores, earlier, targets)


def build(arguments, text, image, items):
    torch.manual_seed(arguments.seed)
    if arguments.method == "id":
        item_tower = IdentityTower(items)
    else:
        shapes = [None if states is None else (states.shape[2], states.shape[1]) for states in (text, image)]
        versa = arguments.versa or (None not in shapes and shapes[0][0] != shapes[1][0])
        item_tower = ItemTower(*shapes, intra=not arguments.no_intra, inter=not arguments.no_inter,
                               gated=not arguments.no_gates, versa=versa, activation=arguments.activation)
    recommender = Recommender(item_tower, UserEncoder(), text, image)
    initialise(recommender)
    return recommender


def train_epoch(recommender, adam, histories, popularity, batch, order):
    """One pass over the users in random order; the mean of the steps' losses."""
    recommender.train()
    losses = []
    users = torch.randperm(len(histories), generator=order).tolist()
    for start in range(0, len(users), batch):
        slots = pad([histories[user] for user in users[start:start + batch]], POSITIONS + 1)
        adam.zero_grad()
        loss = recommender.loss(slots, popularity)
        loss.backward()
        adam.step()
        losses.append(float(loss.detach()))
    return sum(losses) / len(losses)


def train(arguments, histories, text, image, items, catalogue):
    recommender = build(arguments, text, image, items)
    adam = optimiser(recommender)
    counts = histories.counts(items)
    popularity = counts / counts.sum()
    order = torch.Generator().manual_seed(arguments.seed)
    everything = torch.arange(items)

    def score(earlier):
        return recommender.user_vectors(earlier, POSITIONS) @ recommender.item_vectors(everything).T

    best = {"epoch": 0, "validation": {"hr": -1.0}}
    waited, seconds = 0, []
    for epoch in range(1, arguments.epochs + 1):
        started = time.perf_counter()
        loss = train_epoch(recommender, adam, histories.train, popularity, arguments.batch, order)
        seconds.append(time.perf_counter() - started)
        recommender.eval()
        validation, _ = evaluate(score, histories, "validation", catalogue)
        waited += 1
        if validation["hr"] > best["validation"]["hr"]:
            test, question = evaluate(score, histories, "test", catalogue)
            best = {"epoch": epoch, "validation": validation, "test": test | {"ties": ties(*question)}}
            waited = 0
        print(f"epoch {epoch:3}  loss {loss:.4f}  validation HR@10 {100 * validation['hr']:.2f} %  "
              f"NDCG@10 {100 * validation['ndcg']:.2f} %  {seconds[-1]:.1f} s{'  best' if waited == 0 else ''}", flush=True)
        if waited > PATIENCE:
            break
    return best | {
        "epochs": epoch, "seconds_per_epoch": sum(seconds) / len(seconds),
        "parameters": sum(parameter.numel() for parameter in recommender.parameters()),
    }


def popularity_baseline(histories, items, catalogue):
    """Everybody gets the items with most training interactions."""
    counts = histories.counts(items).float()
    result = {}
    for split in ("validation", "test"):
        card, question = evaluate(lambda earlier: counts.repeat(len(earlier), 1), histories, split, catalogue)
        result[split] = card | {"ties": ties(*question)}
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--users", type=pathlib.Path, required=True, help="user, tab, items oldest first")
    parser.add_argument("--text", type=pathlib.Path, help="states of the titles")
    parser.add_argument("--image", type=pathlib.Path, help="states of the pictures")
    parser.add_argument("--method", choices=["iisan", "id", "popularity"], default="iisan")
    parser.add_argument("--catalogue", choices=["kept", "all"], default="kept",
                        help="what is ranked: items that occur in a kept history, or every item that has states")
    parser.add_argument("--versa", action="store_true", help="Versa heads also for equal widths")
    parser.add_argument("--no-intra", action="store_true")
    parser.add_argument("--no-inter", action="store_true")
    parser.add_argument("--no-gates", action="store_true")
    parser.add_argument("--activation", choices=["relu", "gelu"], default="relu")
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--epochs", type=int, default=100)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--result", type=pathlib.Path, help="also write the JSON result here")
    arguments = parser.parse_args()

    text, text_items = read_states(arguments.text) if arguments.text else (None, None)
    image, image_items = read_states(arguments.image) if arguments.image else (None, None)
    items = text_items or image_items
    if items is None:
        sys.exit("give --text or --image: the catalogue's items are read from there")
    if image_items is not None and image_items != items:
        sys.exit("the text and image states are not of the same items in the same order")
    histories = read_histories(arguments.users, items)
    catalogue = histories.catalogue() if arguments.catalogue == "kept" else list(range(len(items)))

    result = {"method": arguments.method, "seed": arguments.seed, "users": len(histories.kept), "catalogue": len(catalogue)}
    if arguments.method == "popularity":
        result |= popularity_baseline(histories, len(items), catalogue)
    else:
        result |= train(arguments, histories, text, image, len(items), catalogue)
    print(json.dumps(result))
    if arguments.result:
        arguments.result.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
