"""The picture tower of EVA-CLIP in plain PyTorch, with the tensors' names of the checkpoints on the hub.

Sources: Sun et al., "EVA-CLIP-18B: Scaling CLIP to 18 Billion Parameters" (2024) for the sizes and what the largest models leave out
(biases of query, key and value; the mean in norms); Fang et al., "EVA-02" (2023) for rotary positions, gating and inner norms. Which
keys of config.json and which tensors there are is as in the code that the models are published with.
"""

import json

import torch
from safetensors.torch import save_file
from torch import nn

DEFAULTS = dict(q_bias=True, k_bias=True, v_bias=True, post_layernorm=False, use_rms_norm=False, use_sub_ln=False,
                use_swiglu_mlp=False, use_rope=False, rope_theta=10000, hidden_act="gelu", layer_norm_eps=1e-6,
                attention_dropout=0.0, num_channels=3, model_type="clip_vision_model")


def norm(c, width):
    return (nn.RMSNorm if c["use_rms_norm"] else nn.LayerNorm)(width, eps=c["layer_norm_eps"])


def turned(x, c):
    """Neighbouring values (a, b) of patch states [items, heads, patches, width] as a complex number, times e^(i angle)."""
    side, quarter = c["image_size"] // c["patch_size"], x.shape[-1] // 4
    place = torch.arange(side) / side * c["pretrained_seq_len"]
    line = place[:, None] * c["rope_theta"] ** (-torch.arange(quarter) / quarter)
    angle = torch.cat([line[:, None].expand(-1, side, -1), line[None].expand(side, -1, -1)], dim=-1).flatten(0, 1)
    pairs = torch.view_as_complex(x.unflatten(-1, (-1, 2)).contiguous())
    return torch.view_as_real(pairs * torch.polar(torch.ones_like(angle), angle)).flatten(-2)


class Attention(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.c, width = c, c["hidden_size"]
        self.q_proj = nn.Linear(width, width, bias=c["q_bias"])
        self.k_proj = nn.Linear(width, width, bias=c["k_bias"])
        self.v_proj = nn.Linear(width, width, bias=c["v_bias"])
        self.out_proj = nn.Linear(width, width)
        self.inner_attn_ln = norm(c, width) if c["use_sub_ln"] else nn.Identity()

    def forward(self, x):
        q, k, v = (m(x).unflatten(-1, (self.c["num_attention_heads"], -1)).transpose(1, 2)
                   for m in (self.q_proj, self.k_proj, self.v_proj))
        if self.c["use_rope"]:
            q, k = (torch.cat([y[:, :, :1], turned(y[:, :, 1:], self.c)], dim=2) for y in (q, k))
        weights = (q @ k.transpose(2, 3) / q.shape[-1] ** 0.5).softmax(dim=-1)
        return self.out_proj(self.inner_attn_ln((weights @ v).transpose(1, 2).flatten(2)))


class FeedForward(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, between = c["hidden_size"], c["intermediate_size"]
        self.gated = c["use_swiglu_mlp"]
        self.fc1 = nn.Linear(width, between)
        self.fc2 = nn.Linear(width, between) if self.gated else nn.Linear(between, width)
        self.fc3 = nn.Linear(between, width) if self.gated else None
        inner = norm(c, between) if self.gated else nn.LayerNorm(between)
        self.ffn_ln = inner if c["use_sub_ln"] else nn.Identity()

    def forward(self, x):
        if self.gated:
            return self.fc3(self.ffn_ln(nn.functional.silu(self.fc1(x)) * self.fc2(x)))
        return self.fc2(self.ffn_ln(nn.functional.gelu(self.fc1(x))))


class Block(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.after = c["post_layernorm"]
        self.self_attn, self.mlp = Attention(c), FeedForward(c)
        self.layer_norm1, self.layer_norm2 = norm(c, c["hidden_size"]), norm(c, c["hidden_size"])

    def forward(self, x):
        if self.after:
            x = x + self.layer_norm1(self.self_attn(x))
            return x + self.layer_norm2(self.mlp(x))
        x = x + self.self_attn(self.layer_norm1(x))
        return x + self.mlp(self.layer_norm2(x))


class Tower(nn.Module):
    def __init__(self, c):
        super().__init__()
        width, side = c["hidden_size"], c["image_size"] // c["patch_size"]
        self.embeddings = nn.Module()
        self.embeddings.class_embedding = nn.Parameter(torch.zeros(width))
        self.embeddings.patch_embedding = nn.Conv2d(3, width, c["patch_size"], c["patch_size"])
        self.embeddings.position_embedding = nn.Embedding(side * side + 1, width)
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList([Block(c) for _ in range(c["num_hidden_layers"])])
        self.post_layernorm = norm(c, width)

    def forward(self, pixels):
        patches = self.embeddings.patch_embedding(pixels).flatten(2).transpose(1, 2)
        first = self.embeddings.class_embedding.expand(len(pixels), 1, -1)
        states = [torch.cat([first, patches], dim=1) + self.embeddings.position_embedding.weight]
        for block in self.encoder.layers:
            states.append(block(states[-1]))
        return states


class EvaCLIP(nn.Module):
    """The tower under the name that it has beside that of the texts."""

    def __init__(self, **given):
        super().__init__()
        self.c = {**DEFAULTS, **given}
        self.vision_model = Tower(self.c)

    def forward(self, pixels):
        """All hidden states and the last one; the last norm is for the class token alone."""
        states = self.vision_model(pixels)
        return states, states[-1]

    def save(self, place):
        configuration = {"architectures": ["EvaCLIPModel"], "model_type": "clip", "text_config": {}, "vision_config": self.c}
        (place / "config.json").write_text(json.dumps(configuration, indent=2) + "\n")
        save_file(self.state_dict(), place / "model.safetensors")
