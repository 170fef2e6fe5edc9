"""The baselines that train a live encoder: full fine-tuning, adapters, LoRA, BitFit.

    text = Linear_{dt->D}(first token of the last hidden state), image alike after the family's final norm
    item vector = Linear_{2D->D}([image, text])                  a single modality: Linear_{D->D}

The encoders are those of `transformers` (BertModel, ViTModel). What is added to them is held apart from them and let in by hooks, so
that a parameter's name tells what it is: `encoder.<checkpoint key>`, `adapters.<block>...`, `low_rank.<block>...`.
"""

import math
import re

import torch
from torch import nn

METHODS = ("full", "adapter", "lora", "bitfit", "frozen")

# What newer versions of `transformers` call the parts of a ViT, and the names in its checkpoints.
CHECKPOINT_NAMES = {".q_proj": ".attention.query", ".k_proj": ".attention.key", ".v_proj": ".attention.value",
                    ".o_proj": ".output.dense", ".mlp.fc1": ".intermediate.dense", ".mlp.fc2": ".output.dense"}


def checkpoint_key(name):
    """The name in the checkpoint of a part or parameter of an encoder; other names stay as they are."""
    name = re.sub(r"(^|\.encoder\.)layers\.", r"\1encoder.layer.", name)
    for new, old in CHECKPOINT_NAMES.items():
        name = name.replace(new, old)
    return name


class Adapter(nn.Module):
    """Houlsby et al. 2019: y + U s(D y + b) + c, on what a sub-layer adds, before residual and norm.

    D: [r, d], U: [d, r], s = ReLU or exact GELU; D, U ~ N(0, 0.01^2), b = c = 0. The authors of IISAN take r = 64 and ReLU.
    """

    def __init__(self, width, bottleneck=64, activation="relu"):
        super().__init__()
        self.down = nn.Linear(width, bottleneck)
        self.up = nn.Linear(bottleneck, width)
        self.activation = {"relu": nn.ReLU(), "gelu": nn.GELU(approximate="none")}[activation]
        for linear in (self.down, self.up):
            nn.init.normal_(linear.weight, std=0.01)
            nn.init.zeros_(linear.bias)

    def forward(self, y):
        return y + self.up(self.activation(self.down(y)))

    def let_in(self, linear):
        linear.register_forward_hook(lambda _, inputs, output: self(output))


class LowRank(nn.Module):
    """LoRA (Hu et al. 2021): W x + b + (alpha / r) B A x. A (`down`): [r, d], Kaiming uniform; B (`up`): [d, r], zero."""

    def __init__(self, width, rank=8, alpha=16):
        super().__init__()
        self.down = nn.Parameter(torch.empty(rank, width))
        self.up = nn.Parameter(torch.zeros(width, rank))
        self.factor = alpha / rank
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))

    def forward(self, x):
        return self.factor * (x @ self.down.T) @ self.up.T

    def let_in(self, linear):
        linear.register_forward_hook(lambda _, inputs, output: output + self(inputs[0]))


class LiveModality(nn.Module):
    """An encoder, what the method adds to it, and the head. `encoder` is a BertModel or a ViTModel without pooler."""

    def __init__(self, encoder, output, method, bottleneck=64, activation="relu", rank=8, alpha=16):
        super().__init__()
        self.encoder = encoder
        for name, parameter in encoder.named_parameters():
            parameter.requires_grad = method == "full" or (method == "bitfit" and name.endswith("bias"))
        width = encoder.config.hidden_size
        parts = {checkpoint_key(name): part for name, part in encoder.named_modules()}
        inner = "self" if encoder.config.model_type == "bert" else "attention"
        if method == "adapter":
            self.adapters = self.blocks(parts, lambda: Adapter(width, bottleneck, activation), {
                "attention": "attention.output.dense", "feed_forward": "output.dense"})
        if method == "lora":
            self.low_rank = self.blocks(parts, lambda: LowRank(width, rank, alpha), {
                "query": f"attention.{inner}.query", "value": f"attention.{inner}.value"})
        self.head = nn.Linear(width, output)

    def blocks(self, parts, make, places):
        """One module per block and place, let in after the Linear there."""
        blocks = nn.ModuleList()
        for block in range(self.encoder.config.num_hidden_layers):
            added = nn.ModuleDict({name: make() for name in places})
            for name, place in places.items():
                added[name].let_in(parts[f"encoder.layer.{block}.{place}"])
            blocks.append(added)
        return blocks

    def forward(self, **inputs):
        """The first token's last state [items, d] and the head's output [items, D]."""
        state = self.encoder(**inputs).last_hidden_state[:, 0]
        return state, self.head(state)


class LiveTower(nn.Module):
    """Item tower over the catalogue's titles (lists of token numbers) and pixels [items, 3, side, side]; either may be None."""

    def __init__(self, text, image, titles=None, pixels=None, output=64):
        super().__init__()
        self.image = image
        self.text = text
        self.titles = titles
        self.pixels = pixels
        self.fusion = nn.Linear(((text is not None) + (image is not None)) * output, output)

    def stages(self, items):
        """Every intermediate output by name; `item_vectors` is the result."""
        stages = {}
        heads = []
        if self.image is not None:
            stages["image.state"], stages["image.head"] = self.image(pixel_values=self.pictures(items))
            heads.append(stages["image.head"])
        if self.text is not None:
            stages["text.state"], stages["text.head"] = self.text(**self.tokens(items))
            heads.append(stages["text.head"])
        stages["item_vectors"] = self.fusion(torch.cat(heads, dim=1))
        return stages

    def pictures(self, items):
        return self.pixels[items].to(self.fusion.weight.dtype)

    def tokens(self, items):
        """Titles padded on the right with token 0 to the longest; the mask is 0 there."""
        titles = [self.titles[item] for item in items.tolist()]
        longest = max(map(len, titles))
        return {"input_ids": torch.tensor([title + [0] * (longest - len(title)) for title in titles]),
                "attention_mask": torch.tensor([[1] * len(title) + [0] * (longest - len(title)) for title in titles])}

    def forward(self, items):
        return self.stages(items)["item_vectors"]
