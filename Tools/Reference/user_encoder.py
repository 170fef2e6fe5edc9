"""The user encoder (SASRec form), as both papers use it.

    x = LayerNorm(e + position); x = dropout(x); two blocks of
        x = LayerNorm(x + dropout(O attention(Q x, K x, V x)))      causal, padded keys masked, no biases in Q, K, V, O
        x = LayerNorm(x + dropout(W2 relu(W1 x + b1) + b2))          inner width 4 D

Dropout also falls on the attention probabilities. Histories are left-padded: the newest item has the last position.
"""

import math

import torch
from torch import nn

MASKED = -1e9
EPSILON = 1e-6


class Attention(nn.Module):
    """softmax(q k^T / sqrt(D / heads) with masked places at -1e9) v, per head; then residual and LayerNorm."""

    def __init__(self, width, heads, dropout):
        super().__init__()
        self.heads = heads
        self.query = nn.Linear(width, width, bias=False)
        self.key = nn.Linear(width, width, bias=False)
        self.value = nn.Linear(width, width, bias=False)
        self.output = nn.Linear(width, width, bias=False)
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x, allowed):
        """x: [users, L, D]; allowed: [users, L, L], true where row i may look at column j."""
        users, length, width = x.shape

        def split(y):
            return y.view(users, length, self.heads, width // self.heads).transpose(1, 2)

        q, k, v = split(self.query(x)), split(self.key(x)), split(self.value(x))
        scores = q @ k.transpose(2, 3) / math.sqrt(width // self.heads)
        scores = scores.masked_fill(~allowed.unsqueeze(1), MASKED)
        probabilities = self.dropout(torch.softmax(scores, dim=3))
        mixed = (probabilities @ v).transpose(1, 2).reshape(users, length, width)
        return self.norm(x + self.dropout(self.output(mixed)))


class FeedForward(nn.Module):
    """LayerNorm(x + dropout(down relu(up x)))."""

    def __init__(self, width, inner, dropout):
        super().__init__()
        self.up = nn.Linear(width, inner)
        self.down = nn.Linear(inner, width)
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x):
        return self.norm(x + self.dropout(self.down(torch.relu(self.up(x)))))


class UserBlock(nn.Module):
    def __init__(self, width, heads, dropout):
        super().__init__()
        self.attention = Attention(width, heads, dropout)
        self.feed_forward = FeedForward(width, 4 * width, dropout)

    def forward(self, x, allowed):
        return self.feed_forward(self.attention(x, allowed))


class UserEncoder(nn.Module):
    def __init__(self, width=64, positions=10, blocks=2, heads=2, dropout=0.1):
        super().__init__()
        self.position = nn.Embedding(positions, width)
        self.norm = nn.LayerNorm(width, eps=EPSILON)
        self.blocks = nn.ModuleList(UserBlock(width, heads, dropout) for _ in range(blocks))
        self.dropout = nn.Dropout(dropout)

    def forward(self, vectors, present):
        """vectors: [users, L, D]; present: [users, L], false on padding. Returns [users, L, D]; rows on padding mean nothing."""
        length = vectors.shape[1]
        causal = torch.ones(length, length, dtype=torch.bool).tril()
        allowed = causal.unsqueeze(0) & present.unsqueeze(1)
        x = self.dropout(self.norm(vectors + self.position(torch.arange(length))))
        for block in self.blocks:
            x = block(x, allowed)
        return x
