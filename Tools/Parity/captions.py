"""Writes what transformers makes of pictures and text for captions, for the Swift tests to compare with.

    make parity-captions

does all of it, or by hand:

    python Tools/Parity/captions.py OUT
    IISAN_PARITY=OUT swift test --filter PicturesTests.TileTests
"""

import argparse
import pathlib

import tiles


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    rows, _ = tiles.write(arguments.out / "tiles.json", tiles.SMALL | tiles.LARGE)
    print(f"tiles of {rows} pictures")


if __name__ == "__main__":
    main()
