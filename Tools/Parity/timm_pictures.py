"""Prints the first digits of the SHA-256 of what timm makes of a small picture, which TimmProcessorTests compares with.

    "$(Tools/Parity/python)" Tools/Parity/timm_pictures.py
"""

import hashlib
import warnings

import numpy as np
from PIL import Image

import timm_folder  # noqa: F401, adds to the path

warnings.simplefilter("ignore")
from timm.data import create_transform, resolve_data_config  # noqa: E402

CONFIGURATIONS = [
    dict(input_size=[3, 16, 16]),
    dict(input_size=[3, 15, 15], crop_pct=1.0, interpolation="bicubic"),
    dict(input_size=[3, 16, 16], crop_pct=1.0, interpolation="bilinear", mean=[0.5, 0.4, 0.3], std=[0.5, 0.25, 0.2]),
    dict(input_size=[3, 26, 26], crop_pct=0.9, crop_mode="center"),
    dict(input_size=[3, 64, 64], crop_pct=0.95, interpolation="lanczos"),
    dict(input_size=[3, 16, 16], crop_pct=0.9, crop_mode="squash", interpolation="bicubic"),
    dict(input_size=[3, 16, 16], crop_pct=1.0, crop_mode="squash", interpolation="nearest"),
    dict(input_size=[3, 16, 16], crop_pct=1.0, crop_mode="border", interpolation="bicubic"),
    dict(input_size=[3, 27, 27], crop_pct=0.9, crop_mode="border", interpolation="bilinear"),
    dict(input_size=[3, 20, 20], crop_pct=1.3, interpolation="bicubic"),
]


def pictures():
    y, x = np.mgrid[:30, :41]
    wide = np.stack([x * x + 3 * y, x * 7 + y * y * 5, x * y], axis=-1).astype(np.uint8)
    yield wide
    yield wide.transpose(1, 0, 2)


def main():
    for configuration in CONFIGURATIONS:
        resolved = resolve_data_config(pretrained_cfg=configuration)
        transform = create_transform(**resolved, is_training=False)
        values = [transform(Image.fromarray(np.ascontiguousarray(picture))).numpy() for picture in pictures()]
        print(configuration, *(hashlib.sha256(value.tobytes()).hexdigest()[:16] for value in values))


if __name__ == "__main__":
    main()
