"""Self-check of the reference: formulas against numbers worked out by hand, the loss against plain loops.

    python3 Tools/Reference/check.py
"""

import math

import torch

from item_towers import ItemTower
from ranking import metrics, ranks
from recommender import Recommender, initialise, is_side_block, optimiser, pad
from side_networks import InterTower, IntraTower, SideBlock
from user_encoder import UserEncoder


def close(actual, expected, what, tolerance=1e-5):
    actual = actual.detach()
    expected = torch.as_tensor(expected, dtype=actual.dtype)
    difference = float((actual - expected).abs().max())
    assert difference <= tolerance, f"{what}: {actual.tolist()} is not {expected.tolist()}"
    print(f"ok  {what}")


def set_block(block):
    """D = [1, -1], b = 0.5, U = [2, 3], c = [0.1, 0.2]."""
    with torch.no_grad():
        block.down.weight.copy_(torch.tensor([[1.0, -1.0]]))
        block.down.bias.copy_(torch.tensor([0.5]))
        block.up.weight.copy_(torch.tensor([[2.0], [3.0]]))
        block.up.bias.copy_(torch.tensor([0.1, 0.2]))


THREE_QUARTERS = 0.1 * math.log(3)  # theta of a gate of 0.75


def check_side_block():
    block = SideBlock(2, 1, "relu")
    set_block(block)
    # D x + b = 1 - 0.2 + 0.5 = 1.3; x + U 1.3 + c = [1 + 2.6 + 0.1, 0.2 + 3.9 + 0.2]
    close(block(torch.tensor([1.0, 0.2])), [3.7, 4.3], "SANB with ReLU, open")
    # D x + b = -1.5: ReLU gives 0, x + c
    close(block(torch.tensor([0.0, 2.0])), [0.1, 2.2], "SANB with ReLU, shut")
    block = SideBlock(2, 1, "gelu")
    set_block(block)
    # GELU(1) = 1 * (1 + erf(1 / sqrt 2)) / 2 = 0.8413447
    close(block(torch.tensor([0.5, 0.0])), [0.5 + 1.6826894 + 0.1, 2.5240341 + 0.2], "SANB with the exact GELU")


def check_intra_tower():
    tower = IntraTower(2, 2, 1, "relu", gated=True, versa=False, output=3)
    for block in tower.blocks:
        set_block(block)
    with torch.no_grad():
        tower.gates.copy_(torch.tensor([THREE_QUARTERS, -THREE_QUARTERS]))
    states = torch.tensor([[[4.0, 4.0], [-2.0, 0.0]]])
    # h_1: 0.75 [4, 4] = [3, 3]; D x + b = 0.5; h_1 = [3 + 1 + 0.1, 3 + 1.5 + 0.2] = [4.1, 4.7]
    # h_2: 0.25 [-2, 0] + 0.75 [4.1, 4.7] = [2.575, 3.525]; D x + b = -0.45: shut; h_2 = [2.675, 3.725]
    close(tower.block_outputs(states), [[[4.1, 4.7], [2.675, 3.725]]], "intra tower with gates")
    plain = IntraTower(2, 2, 1, "relu", gated=False, versa=False, output=3)
    for block in plain.blocks:
        set_block(block)
    # h_1: x = [4, 4]: [5.1, 5.7]; h_2: x = [3.1, 5.7]; D x + b = -2.1: shut; [3.2, 5.9]
    close(plain.block_outputs(states), [[[5.1, 5.7], [3.2, 5.9]]], "intra tower without gates")


def check_inter_tower():
    tower = InterTower(text_width=2, image_width=3, text_count=3, image_count=2, bottleneck=1, activation="relu",
                       gated=True, output=3)
    for block in tower.blocks:
        set_block(block)
    with torch.no_grad():
        tower.gates.copy_(torch.tensor([THREE_QUARTERS, 0.0]))
        for number, transform in enumerate(tower.transforms):
            transform.weight.copy_(torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]) * (number + 1))
            transform.bias.copy_(torch.tensor([0.0, -1.0]))
    text = torch.tensor([[[9.0, 9.0], [0.0, 4.0], [2.0, 2.0]]])
    image = torch.tensor([[[1.0, 1.0, 3.0], [0.0, 1.0, 0.0]]])
    # The first text state is unpaired. V_1 -> [4, 0], T_1 = [0, 4]: 0.75 V + 0.25 T = [3, 1]; D x + b = 2.5;
    # m_1 = [3 + 5 + 0.1, 1 + 7.5 + 0.2] = [8.1, 8.7]
    # V_2 -> [0, 2 - 1] = [0, 1], T_2 = [2, 2]: m_1 + [1, 1.5] = [9.1, 10.2]; D x + b = -0.6: shut; m_2 = [9.2, 10.4]
    close(tower.block_outputs(text, image), [[[8.1, 8.7], [9.2, 10.4]]], "inter tower, unequal widths and depths")


def check_order_of_fusion():
    tower = ItemTower((2, 1), (2, 1), bottleneck=1, output=2)
    with torch.no_grad():
        tower.fusion.weight.zero_()
        tower.fusion.bias.zero_()
        tower.fusion.weight[:, :2] = torch.eye(2)
    stages = tower.stages(torch.randn(3, 1, 2), torch.randn(3, 1, 2))
    close(stages["item_vectors"], stages["image.head"].detach(), "fusion takes the image first")


def check_missing():
    torch.manual_seed(5)
    tower = ItemTower((4, 2), (3, 2), versa=True, bottleneck=2, output=2, missing=True)
    assert not any(side.missing.any() for side in (tower.text, tower.image)), "the stand-ins start at zero"
    with torch.no_grad():
        tower.text.missing.normal_()
        tower.image.missing.normal_()
    text, image = torch.randn(3, 2, 4), torch.randn(3, 2, 3)
    found = tower(text, image, torch.tensor([True, False, False]), torch.tensor([False, True, False]))
    text[1], text[2] = tower.text.missing.detach(), tower.text.missing.detach()
    image[0], image[2] = tower.image.missing.detach(), tower.image.missing.detach()
    everywhere = torch.ones(3, dtype=torch.bool)
    close(found, tower(text, image, everywhere, everywhere).detach(), "learned states stand in, in all towers", 0)


def check_parameter_count():
    recommender = Recommender(ItemTower((768, 7), (768, 7)), UserEncoder())
    count = sum(p.numel() for p in recommender.parameters())
    assert count == 4_113_877, count
    initialise(recommender)
    groups = optimiser(recommender, side_blocks=7.0).param_groups
    side = sum(p.numel() for name, p in recommender.named_parameters() if is_side_block(name))
    grouped = sum(p.numel() for group in groups if group["lr"] == 7.0 for p in group["params"])
    assert grouped == side == 21 * (2 * 768 * 64 + 64 + 768) + 21
    print("ok  4,113,877 parameters at width 768, seven kept layers of both, bottleneck 64")


def brute_force_loss(vectors, outputs, slots, popularity):
    """The loss by loops over rows and slots, in Python numbers."""
    users, count = slots.shape
    total, rows = 0.0, 0
    for b in range(users):
        own = [int(item) for item in slots[b] if item >= 0]
        for j in range(count - 1):
            if slots[b, j] < 0:
                continue
            logits = []
            for other in range(users):
                for s in range(count):
                    item = int(slots[other, s])
                    is_target = other == b and s == j + 1
                    if item < 0 or (item in own and not is_target):
                        logits.append(-1e4)
                        continue
                    score = sum(x * y for x, y in zip(outputs[b, j].tolist(), vectors[other, s].tolist()))
                    logits.append(score - math.log(popularity[item]))
            target = logits[b * count + j + 1]
            largest = max(logits)
            total += largest + math.log(sum(math.exp(x - largest) for x in logits)) - target
            rows += 1
    return total / rows


def check_loss():
    torch.manual_seed(3)
    text, image = torch.randn(9, 2, 6), torch.randn(9, 2, 4)
    recommender = Recommender(ItemTower((6, 2), (4, 2), versa=True, bottleneck=3, output=4),
                              UserEncoder(4, 4, 2, 2, dropout=0.0), text, image).double()
    histories = [[0, 1, 2, 3, 4], [5, 5, 1], [6, 0], [7, 8, 7, 6]]
    slots = pad(histories, 5)
    popularity = torch.tensor([3, 2, 1, 4, 1, 5, 2, 2, 1], dtype=torch.float64) / 21
    vectors = recommender.slot_vectors(slots)
    outputs = recommender.user_encoder(vectors[:, :4], slots[:, :4] >= 0)
    expected = brute_force_loss(vectors, outputs, slots, popularity.tolist())
    close(recommender.loss(slots, popularity), expected, "loss against loops", 1e-10)
    assert recommender.loss_rows(slots, popularity)[0].shape[0] == 4 + 2 + 1 + 3


def check_user_encoder():
    torch.manual_seed(4)
    encoder = UserEncoder(8, 4, 2, 2).eval()
    vectors = torch.randn(1, 4, 8)
    present = torch.tensor([[False, True, True, True]])
    before = encoder(vectors, present)
    changed = vectors.clone()
    changed[:, 0] += 5
    close(encoder(changed, present)[:, 1:], before[:, 1:].detach(), "padding has no influence")
    changed = vectors.clone()
    changed[:, 3] += 5
    close(encoder(changed, present)[:, 1:3], before[:, 1:3].detach(), "a later item has no influence")


def check_ranking():
    scores = torch.tensor([[5.0, 3.0, 3.0, 9.0, 1.0], [1.0, 1.0, 1.0, 1.0, 1.0], [4.0, 3.0, 2.0, 1.0, 0.0]])
    found = ranks(scores, [[3], [0, 0], [1]], [1, 4, 1])
    assert found == [3, 4, 0], found
    card = metrics(found, at=3)
    assert abs(card["hr"] - 1 / 3) < 1e-12 and abs(card["ndcg"] - 1 / 6) < 1e-12, card
    print("ok  ranks with ties, earlier items and an unreachable target")


if __name__ == "__main__":
    check_side_block()
    check_intra_tower()
    check_inter_tower()
    check_order_of_fusion()
    check_missing()
    check_parameter_count()
    check_loss()
    check_user_encoder()
    check_ranking()
