"""Reads the folders that the generator of worlds writes."""

import pathlib

import numpy
import torch
from PIL import Image

IN_PICTURES = ["kind", "colour", "pattern", "backdrop"]
IN_TITLES = ["kind", "craft", "theme", "maker"]


class World:
    """Titles, pictures and attributes of one generated world; the users' histories are never read."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        lines = (self.folder / "items.tsv").read_text(encoding="utf-8").splitlines()
        self.items, self.titles = zip(*(line.split("\t", 1) for line in lines))
        rows = [line.split("\t") for line in (self.folder / "attributes.tsv").read_text(encoding="utf-8").splitlines()]
        self.columns = {name: [row[place] for row in rows[1:]] for place, name in enumerate(rows[0])}

    def labels(self, attribute):
        """The index of each item's value among the sorted values."""
        column = self.columns[attribute]
        index = {value: number for number, value in enumerate(sorted(set(column)))}
        return torch.tensor([index[value] for value in column])

    def pictures(self):
        """All pictures as bytes [items, 3, height, width]."""
        paths = (self.folder / "pictures" / f"{item}.png" for item in self.items)
        arrays = [numpy.asarray(Image.open(path).convert("RGB")) for path in paths]
        return torch.from_numpy(numpy.stack(arrays)).permute(0, 3, 1, 2).contiguous()


def joined(worlds, attribute):
    """The labels of several worlds, which all have every value of the attribute."""
    return torch.cat([world.labels(attribute) for world in worlds])
