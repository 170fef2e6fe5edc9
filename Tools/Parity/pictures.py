"""Writes what Pillow and transformers make of pictures, for the Swift tests to compare with.

    make parity-pictures [PICTURES="FOLDER_OR_PICTURE ..."]

does all of it, or by hand:

    python Tools/Parity/pictures.py OUT [FOLDER_OR_PICTURE ...] [--processor FOLDER ...]
    IISAN_PARITY=OUT swift test --filter PictureParity

Pictures of every mode that Pillow writes are generated, and such that say in every way how they are turned (turned.py); the pictures given
are added. A processor is a folder as users have it, which `AutoImageProcessor` reads. Kept are SHA-256 of the RGB pixels (upright and
on white, and as they lie with alpha dropped), of resized pixels and of the float32 values that transformers' Pillow processors give.
Needs pillow, numpy, transformers. How long Pillow and a processor take for the pictures given is written beside it.
"""

import argparse
import hashlib
import io
import json
import pathlib
import random
import shutil
import struct
import time
import zlib

import numpy as np
import transformers
from PIL import Image
from transformers.image_transforms import convert_to_rgb

import processors as processor_folders
import turned

FILTERS = range(6)
PROCESSORS = {
    "vit": {"image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}, "resample": 2},
    "vit-old": {"feature_extractor_type": "ViTFeatureExtractor", "size": 224, "resample": 2, "image_mean": [0.5, 0.5, 0.5]},
    "vit-bare": {"image_processor_type": "ViTImageProcessor", "do_normalize": False},
    "deit": {"image_processor_type": "DeiTImageProcessor", "size": {"height": 256, "width": 256}},
    "deit-small": {"image_processor_type": "DeiTImageProcessor", "size": {"height": 100, "width": 97}, "crop_size": 224},
    "clip": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 224}},
    "clip-old": {"feature_extractor_type": "CLIPFeatureExtractor", "size": 224, "crop_size": 224, "resample": 3},
    "clip-nearest": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 93}, "crop_size": 64, "resample": 0},
    "siglip": {"image_processor_type": "SiglipImageProcessor"},
    "siglip-edge": {"image_processor_type": "SiglipImageProcessor", "size": 60, "do_center_crop": True, "crop_size": [50, 70]},
    "beit": {"image_processor_type": "BeitImageProcessor"},
    "beit-crop": {"feature_extractor_type": "BeitFeatureExtractor", "size": 256, "do_center_crop": True, "crop_size": 224},
    "dinov2": {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 256}, "crop_size": {"height": 224, "width": 224},
               "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225], "resample": 3, "do_convert_rgb": True},
    "convnext": {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 224}, "crop_pct": 0.875},
    "convnext-384": {"image_processor_type": "ConvNextImageProcessor"},
    "convnext-crop": {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 390}, "do_center_crop": True,
                      "crop_size": 401},
    "kept": {"image_processor_type": "ViTImageProcessor", "do_resize": False, "do_center_crop": True,
             "crop_size": {"height": 60, "width": 91}},
    "raw": {"image_processor_type": "ViTImageProcessor", "size": 50, "do_rescale": False, "do_normalize": False},
    "unscaled": {"image_processor_type": "ViTImageProcessor", "size": 50, "do_rescale": False, "image_mean": [9, 8.5, 100]},
    "factor": {"image_processor_type": "ViTImageProcessor", "size": 50, "rescale_factor": 1 / 127.5, "image_mean": [1, 1, 1]},
    "within": {"image_processor_type": "CLIPImageProcessor", "size": {"max_height": 90, "max_width": 120}, "do_center_crop": False,
               "do_pad": True, "pad_size": {"height": 96, "width": 128}},
    "edges": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 80, "longest_edge": 100},
              "do_center_crop": False, "do_pad": True, "pad_size": 100},
    # The general processors of transformers know no longest edge alone; that of SAM does.
    "longest": {"image_processor_type": "SamImageProcessor", "size": {"longest_edge": 100}, "resample": 2,
                "image_mean": 0.4, "image_std": 0.3, "do_pad": True, "pad_size": {"height": 100, "width": 120}},
    "crop-pad": {"image_processor_type": "CLIPImageProcessor", "size": 70, "crop_size": 90, "do_pad": True, "pad_size": [90, 111]},
    "llava": {"image_processor_type": "LlavaImageProcessor", "do_pad": True},
    "llava-kept": {"image_processor_type": "LlavaImageProcessor", "do_pad": True, "do_resize": False, "crop_size": 80},
    "llava-wide": {"image_processor_type": "LlavaImageProcessor", "do_pad": True, "size": {"height": 40, "width": 90},
                   "crop_size": [50, 80], "resample": 1},
} | {
    f"wide-{kind}": {"image_processor_type": "ViTImageProcessor", "size": {"height": 100, "width": 260}, "resample": kind}
    for kind in FILTERS
} | {
    f"edge-{kind}": {"image_processor_type": "CLIPImageProcessorFast", "size": {"shortest_edge": 77}, "crop_size": 70, "resample": kind}
    for kind in FILTERS
}


def digest(array):
    return hashlib.sha256(np.ascontiguousarray(array).tobytes()).hexdigest()


def saved(image, name, **options):
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def png16(pixels, color, interlaced=False):
    """A 16 bit PNG, which Pillow writes for grey only; rows x columns x channels."""
    height, width, _ = pixels.shape
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in pixels)

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 16, color, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def generated():
    rng = np.random.default_rng(1)
    for width, height in [(1, 1), (2, 3), (17, 9), (64, 48), (101, 77)]:
        y, x = np.mgrid[0:height, 0:width]
        smooth = np.stack([(x * 5 + y) % 256, (y * 3 + 40) % 256, (x * y) % 256, (x + 2 * y) % 256], -1).astype(np.uint8)
        noise = rng.integers(0, 256, (height, width, 4), dtype=np.uint8)
        for kind, data in [("smooth", smooth), ("noise", noise)]:
            name = f"{kind}-{width}x{height}"
            rgb, rgba = Image.fromarray(data[..., :3]), Image.fromarray(data)
            grey, two = rgb.convert("L"), rgba.convert("LA")
            for sampling in range(3):
                for progressive in (False, True):
                    yield f"{name}-{sampling}{progressive}.jpg", saved(
                        rgb, "JPEG", quality=85, subsampling=sampling, progressive=progressive)
            yield f"{name}-grey.jpg", saved(grey, "JPEG", quality=90)
            inks = saved(Image.fromarray(data, "CMYK"), "JPEG", quality=90)
            yield f"{name}-cmyk.jpg", inks
            # The last byte of Adobe's segment says that the same numbers are YCCK.
            place = inks.index(b"Adobe") + 11
            yield f"{name}-ycck.jpg", inks[:place] + b"\2" + inks[place + 1:]
            yield f"{name}-keep.jpg", saved(rgb, "JPEG", quality=90, keep_rgb=True)
            yield f"{name}-restart.jpg", saved(rgb, "JPEG", quality=75, restart_marker_blocks=2)
            for mode, image in [("rgb", rgb), ("rgba", rgba), ("grey", grey), ("two", two), ("bit", grey.convert("1")),
                                ("palette", rgb.quantize(50)), ("palette2", rgb.quantize(3)), ("palette16", rgb.quantize(13))]:
                yield f"{name}-{mode}.png", saved(image, "PNG")
            yield f"{name}-trns.png", saved(rgb.quantize(20), "PNG", transparency=3)
            yield f"{name}-trns-some.png", saved(rgb.quantize(20), "PNG", transparency=bytes(range(0, 255, 17)))
            yield f"{name}-trns-4.png", saved(rgb.quantize(9), "PNG", transparency=bytes([0, 100, 255, 30]))
            yield f"{name}-key.png", saved(grey, "PNG", transparency=grey.getpixel((0, 0)))
            yield f"{name}-key-rgb.png", saved(rgb, "PNG", transparency=rgb.getpixel((0, 0)))
            yield f"{name}-key-bit.png", saved(grey.convert("1"), "PNG", transparency=255)
            for turn in range(1, 9):
                exif = Image.Exif()
                exif[0x0112] = turn
                for ending, image, kind in [("jpg", rgb, "JPEG"), ("png", rgba, "PNG"), ("webp", rgb, "WEBP")]:
                    yield f"{name}-turn{turn}.{ending}", saved(image, kind, exif=exif)
            sixteen = (data.astype(np.uint16) * 257) ^ rng.integers(0, 255, data.shape, dtype=np.uint16)
            yield f"{name}-grey16.png", saved(Image.fromarray(sixteen[..., 0] >> rng.integers(0, 12, dtype=np.uint16)), "PNG")
            yield f"{name}-grey16b.png", png16(sixteen[..., :1], 0)
            yield f"{name}-two16.png", png16(sixteen[..., :2], 4)
            yield f"{name}-rgb16.png", png16(sixteen[..., :3], 2)
            yield f"{name}-rgba16.png", png16(sixteen, 6)
            for lossless in (False, True):
                yield f"{name}-{lossless}.webp", saved(rgb, "WEBP", lossless=lossless, quality=80)
                yield f"{name}-alpha{lossless}.webp", saved(rgba, "WEBP", lossless=lossless, quality=80)
                yield f"{name}-exact{lossless}.webp", saved(rgba, "WEBP", lossless=lossless, quality=80, exact=True)
            yield f"{name}-moving.webp", saved(rgb, "WEBP", save_all=True, append_images=[rgb.rotate(180)], duration=50)
            yield f"{name}-moving-alpha.webp", saved(
                rgba, "WEBP", save_all=True, append_images=[rgba.rotate(180)], duration=50, lossless=True)
    # Interlaced and shallow greys are not written by Pillow.
    kinds = [(depth, color) for depth in (1, 2, 4, 8) for color in (0, 3)] + [(16, 0)]
    for depth, color in kinds + [(depth, color) for depth in (8, 16) for color in (2, 4, 6)]:
        yield f"interlaced-{depth}-{color}.png", interlaced(rng, 23, 19, depth, color)


def interlaced(rng, width, height, depth, color):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    pixels = rng.integers(0, 1 << depth, (height, width, {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[color]))
    raw = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]:
        for row in pixels[y0::dy]:
            samples = row[x0::dx]
            if len(samples):
                bits = "".join(format(int(v), f"0{depth}b") for v in samples.flatten())
                bits += "0" * (-len(bits) % 8)
                raw += b"\0" + bytes(int(bits[i:i + 8], 2) for i in range(0, len(bits), 8))
    # A palette shorter than the indices that are used.
    palette = chunk(b"PLTE", rng.integers(0, 256, 3 * max(2, (1 << depth) * 3 // 4), dtype=np.uint8).tobytes()) if color == 3 else b""
    head = struct.pack(">IIBBBBB", width, height, depth, color, 0, 0, 1)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette + chunk(b"IDAT", zlib.compress(raw)) + chunk(b"IEND", b"")


def seconds(process, files):
    """The seconds per picture of opening, decoding and processing, in one thread; the best of three rounds."""
    best = float("inf")
    for _ in range(3):
        start = time.perf_counter()
        for file in files:
            process(Image.open(file).convert("RGB"), return_tensors="np")
        best = min(best, time.perf_counter() - start)
    return best / len(files)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("pictures", nargs="*", type=pathlib.Path)
    parser.add_argument("--processor", nargs="*", type=pathlib.Path, default=[])
    arguments = parser.parse_args()
    folder = arguments.out.resolve() / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in generated():
        (folder / name).write_bytes(content)
    for name, content in turned.files(random.Random(9), 1500):
        if turned.opened(content) is not None:
            (folder / f"turned-{name}").write_bytes(content)
    processors = {}
    for name, value in PROCESSORS.items():
        target = folder / f"processor-{name}"
        target.mkdir(exist_ok=True)
        file = target / "preprocessor_config.json"
        file.write_text(json.dumps(value))
        processors[name] = transformers.AutoImageProcessor.from_pretrained(str(target))
        # A longest edge is for every family here.
        file.write_text(json.dumps(value).replace("SamImageProcessor", "ViTImageProcessor"))
    for number, path in enumerate(arguments.processor):
        shutil.copytree(path, folder / f"processor-given-{number}", ignore=shutil.ignore_patterns("*.safetensors", "*.bin", "*.jpg", "*.txt"))
        processors[f"given-{number}"] = transformers.AutoImageProcessor.from_pretrained(str(path))
    print(f"{processor_folders.write(folder / 'processors.json')} folders of processors")
    files = sorted(folder.glob("*.*g")) + sorted(folder.glob("*.webp"))
    given = [f for path in arguments.pictures for f in (sorted(path.iterdir()) if path.is_dir() else [path])]
    with open(folder / "golden.jsonl", "w") as out:
        for number, file in enumerate(files + given):
            image = Image.open(file)
            image.load()
            dropped = digest(image.convert("RGB"))
            image = Image.fromarray(convert_to_rgb(turned.upright(image), return_numpy=True))
            row = {"file": str(file.resolve()), "width": image.width, "height": image.height, "rgb": digest(image),
                   "dropped": dropped, "resized": [], "values": {}}
            sizes = [(224, 224), (image.width, 31), (image.width * 2 + 1, image.height * 3), (7, 5), (1, 1)]
            for kind in FILTERS:
                for width, height in [] if file.name.startswith("turned-") else sizes if file in files else sizes[:1]:
                    resized = image.resize((width, height), Image.Resampling(kind))
                    row["resized"].append({"filter": kind, "width": width, "height": height, "rgb": digest(resized)})
            if number % 7 == 0 and not file.name.startswith("turned-") or file not in files:
                for name, process in processors.items():
                    row["values"][name] = digest(np.asarray(process(image, return_tensors="np")["pixel_values"], dtype=np.float32))
            out.write(json.dumps(row) + "\n")
    if given:
        times = {name: seconds(processors[name], given[:200]) for name in ("vit", "clip")}
        (folder / "seconds.json").write_text(json.dumps({"pictures": [str(f.resolve()) for f in given[:200]], "processors": times}))
    print(f"{len(files)} generated, {len(given)} given")


if __name__ == "__main__":
    main()
