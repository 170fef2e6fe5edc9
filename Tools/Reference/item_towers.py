"""From an item to its vector: the IISAN item tower, and the identity tower of the SASRec baseline."""

import torch
from torch import nn

from side_networks import InterTower, IntraTower


class ItemTower(nn.Module):
    """Item vector = Linear([image, text, inter]): the heads' outputs in this order, those that exist.

    `text` and `image` are None or (width, number of kept states). With both modalities the intra towers and the inter tower
    can each be left out (3D->D, intra only 2D->D, inter only D->D). A single modality has its intra tower alone (D->D).
    """

    def __init__(self, text, image, intra=True, inter=True, gated=True, versa=False, activation="relu",
                 bottleneck=64, output=64):
        super().__init__()
        if text is None or image is None:
            inter = False
        if text is not None and image is not None and text[0] != image[0] and not versa:
            raise ValueError("different widths need the Versa form")
        if not intra and not inter:
            raise ValueError("nothing is left of the item tower")

        def intra_tower(shape):
            if shape is None or not intra:
                return None
            return IntraTower(shape[0], shape[1], bottleneck, activation, gated, versa, output)

        self.image = intra_tower(image)
        self.text = intra_tower(text)
        self.inter = None
        if inter:
            self.inter = InterTower(text[0], image[0], text[1], image[1], bottleneck, activation, gated, output)
        parts = sum(tower is not None for tower in (self.image, self.text, self.inter))
        self.fusion = nn.Linear(parts * output, output)

    def stages(self, text_states, image_states):
        """Every intermediate output by name; `item_vectors` is the result."""
        stages = {}
        heads = []
        if self.image is not None:
            stages["image.blocks"], stages["image.head"] = self.image(image_states)
            heads.append(stages["image.head"])
        if self.text is not None:
            stages["text.blocks"], stages["text.head"] = self.text(text_states)
            heads.append(stages["text.head"])
        if self.inter is not None:
            stages["inter.blocks"], stages["inter.head"] = self.inter(text_states, image_states)
            heads.append(stages["inter.head"])
        stages["item_vectors"] = self.fusion(torch.cat(heads, dim=1))
        return stages

    def forward(self, text_states, image_states):
        return self.stages(text_states, image_states)["item_vectors"]


class IdentityTower(nn.Module):
    """The item tower of the identity baseline (SASRec): one trained vector for each item of the catalogue."""

    def __init__(self, items, output=64):
        super().__init__()
        self.embedding = nn.Embedding(items, output)
