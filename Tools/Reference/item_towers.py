"""From an item to its vector: the IISAN item tower, and the identity tower of the SASRec baseline."""

import torch
from torch import nn

from side_networks import InterTower, IntraTower


class ItemTower(nn.Module):
    """Item vector = Linear([image, text, inter]): the heads' outputs in this order, those that exist.

    `text` and `image` are None or (width, number of kept states). With both modalities the intra towers and the inter tower
    can each be left out (3D->D, intra only 2D->D, inter only D->D). A single modality has its intra tower alone (D->D).
    `missing`: items may lack a modality; learned states, kept by the intra towers, then stand in, in the inter tower too.
    """

    def __init__(self, text, image, intra=True, inter=True, gated=True, versa=False, activation="relu",
                 bottleneck=64, output=64, missing=False):
        super().__init__()
        if text is None or image is None:
            inter = False
        if text is not None and image is not None and text[0] != image[0] and not versa:
            raise ValueError("different widths need the Versa form")
        if not intra and not inter:
            raise ValueError("nothing is left of the item tower")
        if missing and not intra:
            raise ValueError("the stand-ins for what is missing are stated with intra towers only")

        def intra_tower(shape):
            if shape is None or not intra:
                return None
            return IntraTower(shape[0], shape[1], bottleneck, activation, gated, versa, output, missing)

        self.image = intra_tower(image)
        self.text = intra_tower(text)
        self.inter = None
        if inter:
            self.inter = InterTower(text[0], image[0], text[1], image[1], bottleneck, activation, gated, output)
        parts = sum(tower is not None for tower in (self.image, self.text, self.inter))
        self.fusion = nn.Linear(parts * output, output)

    def stages(self, text_states, image_states, text_present=None, image_present=None):
        """Every intermediate output by name; `item_vectors` is the result. present: [items], read where items may lack one."""
        if self.text is not None:
            text_states = self.text.stood_in(text_states, text_present)
        if self.image is not None:
            image_states = self.image.stood_in(image_states, image_present)
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

    def forward(self, *states):
        return self.stages(*states)["item_vectors"]


class IdentityTower(nn.Module):
    """The item tower of the identity baseline (SASRec): one trained vector for each item of the catalogue."""

    def __init__(self, items, output=64):
        super().__init__()
        self.embedding = nn.Embedding(items, output)

    def stages(self, items):
        return {"item_vectors": self.embedding(items)}
