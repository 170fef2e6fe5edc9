"""The side networks of IISAN (SIGIR 2024) and IISAN-Versa (TKDE 2025), stated plainly.

A frozen encoder gives an item K kept hidden states H_1..H_K, each pooled to one vector. Only what stands in this file is
trained on them. Shapes: states [items, K, width], item vectors [items, D].
"""

import torch
from torch import nn

GATE_TEMPERATURE = 0.1


class SideBlock(nn.Module):
    """SANB, the side adapted network block (IISAN, "side adapted network block"):

        SANB(x) = x + U s(D x + b) + c        D: [r, d], U: [d, r], s = ReLU or exact (erf) GELU
    """

    def __init__(self, width, bottleneck, activation):
        super().__init__()
        self.down = nn.Linear(width, bottleneck)
        self.up = nn.Linear(bottleneck, width)
        self.activation = {"relu": nn.ReLU(), "gelu": nn.GELU(approximate="none")}[activation]

    def forward(self, x):
        return x + self.up(self.activation(self.down(x)))


def gate(theta):
    """g = sigmoid(theta / 0.1), one scalar for each block (IISAN, "gated fusion")."""
    return torch.sigmoid(theta / GATE_TEMPERATURE)


class IntraTower(nn.Module):
    """The tower of one modality (IISAN, "intra-modal adaptation"):

        h_0 = 0;  h_k = SANB_k(g_k H_k + (1 - g_k) h_{k-1})
        without gates:  h_k = SANB_k(H_k + h_{k-1})

    Head: IISAN Linear d->d then d->D; Versa Linear d->D then D->D. There is no activation between the two.
    """

    def __init__(self, width, count, bottleneck, activation, gated, versa, output, missing=False):
        super().__init__()
        self.blocks = nn.ModuleList(SideBlock(width, bottleneck, activation) for _ in range(count))
        self.gates = nn.Parameter(torch.zeros(count)) if gated else None
        self.missing = nn.Parameter(torch.zeros(count, width)) if missing else None
        middle = output if versa else width
        self.head = nn.ModuleList([nn.Linear(width, middle), nn.Linear(middle, output)])

    def stood_in(self, states, present):
        """The states, with the learned ones [K, width] where an item lacks the modality. present: [items], true or false."""
        if self.missing is None:
            return states
        return torch.where(present.view(-1, 1, 1), states, self.missing)

    def block_outputs(self, states):
        """h_1..h_K: [items, K, width]."""
        h = torch.zeros_like(states[:, 0])
        outputs = []
        for k, block in enumerate(self.blocks):
            if self.gates is None:
                h = block(states[:, k] + h)
            else:
                g = gate(self.gates[k])
                h = block(g * states[:, k] + (1 - g) * h)
            outputs.append(h)
        return torch.stack(outputs, dim=1)

    def forward(self, states):
        """The blocks' outputs [items, K, width] and the head's output [items, D]."""
        outputs = self.block_outputs(states)
        return outputs, self.head[1](self.head[0](outputs[:, -1]))


class InterTower(nn.Module):
    """The tower between the modalities (IISAN, "inter-modal adaptation"):

        m_0 = 0;  m_k = SANB_k(m_{k-1} + g_k V_k + (1 - g_k) T_k)
        without gates:  m_k = SANB_k(m_{k-1} + V_k + T_k)

    V is the image, T the text. Where the numbers of kept states differ, the last ones of both are paired, and the tower has as
    many blocks as the shorter list. Where the widths differ (Versa), one Linear with bias per pair maps the wider modality's
    state to the narrower width ("dimension transformation alignment"), and the tower has the narrower width d.
    Head: Linear d->d then d->D.
    """

    def __init__(self, text_width, image_width, text_count, image_count, bottleneck, activation, gated, output):
        super().__init__()
        count = min(text_count, image_count)
        width = min(text_width, image_width)
        wider = max(text_width, image_width)
        self.text_is_wider = text_width > image_width
        self.blocks = nn.ModuleList(SideBlock(width, bottleneck, activation) for _ in range(count))
        self.gates = nn.Parameter(torch.zeros(count)) if gated else None
        self.transforms = nn.ModuleList(nn.Linear(wider, width) for _ in range(count)) if wider > width else None
        self.head = nn.ModuleList([nn.Linear(width, width), nn.Linear(width, output)])

    def block_outputs(self, text_states, image_states):
        """m_1..m_K: [items, K, width]."""
        count = len(self.blocks)
        text_states = text_states[:, -count:]
        image_states = image_states[:, -count:]
        outputs = []
        m = 0
        for k, block in enumerate(self.blocks):
            text = text_states[:, k]
            image = image_states[:, k]
            if self.transforms is not None:
                if self.text_is_wider:
                    text = self.transforms[k](text)
                else:
                    image = self.transforms[k](image)
            if self.gates is None:
                m = block(m + image + text)
            else:
                g = gate(self.gates[k])
                m = block(m + g * image + (1 - g) * text)
            outputs.append(m)
        return torch.stack(outputs, dim=1)

    def forward(self, text_states, image_states):
        """The blocks' outputs [items, K, width] and the head's output [items, D]."""
        outputs = self.block_outputs(text_states, image_states)
        return outputs, self.head[1](self.head[0](outputs[:, -1]))
