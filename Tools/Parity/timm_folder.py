"""Lets timm be imported from where `Tools/Parity/python` keeps it, in a folder beside the other packages.

It needs torchvision, and `transformers` computes otherwise where it sees that: import this after `transformers`, before timm.
"""

import pathlib
import sys

import torch

folder = pathlib.Path(sys.prefix, "timm")
if folder.exists():
    sys.path.append(str(folder))
    try:
        for library in folder.glob("torchvision/_C*.so"):
            torch.ops.load_library(str(library))
    except OSError:
        # Built for CUDA, which is not there. Declared, the operators that import asks for are not missed; nothing here calls them.
        for operator in ["nms", "qnms"]:
            torch.library.define(f"torchvision::{operator}", "(Tensor boxes, Tensor scores, float threshold) -> Tensor")
