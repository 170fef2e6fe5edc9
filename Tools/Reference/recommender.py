"""Item tower + user encoder + loss: what is trained."""

import torch
from torch import nn
from torch.nn import functional

from fine_tuning import checkpoint_key
from item_towers import ItemTower
from user_encoder import UserEncoder

LEFT_OUT = -1e4


def pad(histories, slots):
    """Left-pads lists of item indices to [users, slots]; -1 stands on padding. The newest `slots` items are kept."""
    padded = torch.full((len(histories), slots), -1, dtype=torch.long)
    for row, history in enumerate(histories):
        kept = history[-slots:]
        if kept:
            padded[row, slots - len(kept):] = torch.tensor(kept)
    return padded


class Recommender(nn.Module):
    """`item_tower` is an ItemTower, a LiveTower or an IdentityTower. Of the catalogue, for an ItemTower: `text_states` and
    `image_states` [items, K, width], and `text_present`, `image_present` [items] where items may lack one."""

    def __init__(self, item_tower, user_encoder, text_states=None, image_states=None, text_present=None, image_present=None):
        super().__init__()
        self.item_tower = item_tower
        self.user_encoder = user_encoder
        self.text_states = text_states
        self.image_states = image_states
        self.text_present = text_present
        self.image_present = image_present

    def item_stages(self, items):
        """What the item tower computes on the way to the vectors of catalogue items, by name."""
        if not isinstance(self.item_tower, ItemTower):
            return self.item_tower.stages(items)
        dtype = self.item_tower.fusion.weight.dtype
        states = [None if kept is None else kept[items].to(dtype) for kept in (self.text_states, self.image_states)]
        present = [None if kept is None else kept[items] for kept in (self.text_present, self.image_present)]
        return self.item_tower.stages(*states, *present)

    def item_vectors(self, items):
        """The vectors of catalogue items, [len(items), D]."""
        return self.item_stages(items)["item_vectors"]

    def slot_vectors(self, slots):
        """slots: [users, S] of item indices, -1 on padding -> [users, S, D]. Padding gets item 0's vector, masked later."""
        flat = slots.clamp(min=0).flatten()
        return self.item_vectors(flat).view(*slots.shape, -1)

    def loss_rows(self, slots, popularity):
        """The user encoder's outputs and losses of the valid rows: [rows, D] and [rows]; and which rows: [rows, 2] (user, slot).

        slots: [B, L+1] of item indices, -1 on padding; popularity: [items], an item's share of the training interactions.

            logit(b, j; slot) = u_bj . e_slot - log pop(item of slot)

        Left out (-1e4): slots that are padding; slots with an item of b's own sequence, but for the row's own target slot.
        Row (b, j) is valid where slot j holds an item; its target is slot j+1.
        """
        users, count = slots.shape
        length = count - 1
        vectors = self.slot_vectors(slots)
        outputs = self.user_encoder(vectors[:, :length], slots[:, :length] >= 0)

        items = slots.flatten()
        padding = items < 0
        share = torch.where(padding, torch.ones(()), popularity[items.clamp(min=0)])
        logits = outputs @ vectors.flatten(0, 1).T - torch.log(share).to(vectors.dtype)

        own = (slots.unsqueeze(2) == items).any(dim=1)
        left_out = (own | padding).unsqueeze(1).repeat(1, length, 1)
        targets = torch.arange(users).unsqueeze(1) * count + torch.arange(1, count)
        left_out.scatter_(2, targets.unsqueeze(2), False)
        logits = logits.masked_fill(left_out, LEFT_OUT)

        valid = slots[:, :length] >= 0
        losses = functional.cross_entropy(logits[valid], targets[valid], reduction="none")
        return outputs[valid], losses, valid.nonzero()

    def loss(self, slots, popularity):
        """Mean of the rows' cross entropies."""
        return self.loss_rows(slots, popularity)[1].mean()

    def user_vectors(self, histories, length):
        """The user encoder's output at the newest item, [users, D]."""
        slots = pad(histories, length)
        return self.user_encoder(self.slot_vectors(slots), slots >= 0)[:, -1]


def initialise(recommender):
    """The papers' start: SANB weights N(0, 0.01^2) with zero biases, gates at 0, Xavier normal in the user encoder with zero
    biases; an identity embedding Xavier normal; heads, fusion and dimension transformations as torch's Linear starts."""
    for name, parameter in recommender.item_tower.named_parameters():
        if ".blocks." in name:
            if name.endswith("weight"):
                nn.init.normal_(parameter, std=0.01)
            else:
                nn.init.zeros_(parameter)
        elif name.startswith("embedding"):
            nn.init.xavier_normal_(parameter)
    for name, parameter in recommender.user_encoder.named_parameters():
        if ".norm." in name or name.startswith("norm."):
            continue
        if name.endswith("weight"):
            nn.init.xavier_normal_(parameter)
        else:
            nn.init.zeros_(parameter)


def trained(recommender):
    """Name and parameter of everything that trains; an encoder's parts are named as in its checkpoint."""
    return [(checkpoint_key(name), parameter) for name, parameter in recommender.named_parameters() if parameter.requires_grad]


def is_side_block(name):
    """True for a parameter of the side networks proper: blocks, gates and dimension transformations."""
    if not name.startswith("item_tower."):
        return False
    return ".blocks." in name or name.endswith(".gates") or ".transforms." in name


def group(name):
    """Which learning rate a parameter has: `encoder` (a live one's own weights), `adapters` (what is added to it), `side_blocks`,
    or `heads` (heads, fusion, embedding, stand-ins for what is missing, user encoder)."""
    if ".encoder." in name:
        return "encoder"
    if ".adapters." in name or ".low_rank." in name:
        return "adapters"
    return "side_blocks" if is_side_block(name) else "heads"


def optimiser(recommender, heads=2e-4, side_blocks=1e-4, encoder=1e-4, adapters=4e-4):
    """Adam with a learning rate for each group."""
    rates = {"heads": heads, "side_blocks": side_blocks, "encoder": encoder, "adapters": adapters}
    groups = {name: [] for name in rates}
    for name, parameter in trained(recommender):
        groups[group(name)].append(parameter)
    return torch.optim.Adam([{"params": groups[name], "lr": rate} for name, rate in rates.items() if groups[name]],
                            betas=(0.9, 0.999), eps=1e-8)
