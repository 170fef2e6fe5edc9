"""Folders of picture processors as users have them, each setting changed once, and Fixtures/Pictures/processors.json of them.

    python Tools/Parity/processors.py

What a folder means, `AutoImageProcessor` of transformers says, on Pillow's pictures.
"""

import hashlib
import json
import os
import pathlib
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np  # noqa: E402
import transformers  # noqa: E402
from PIL import Image  # noqa: E402

transformers.logging.set_verbosity_error()
warnings.simplefilter("ignore")

FAMILIES = {"ViT": "vit", "DeiT": "deit", "Beit": "beit", "Bit": "dinov2", "CLIP": "clip", "Siglip": "siglip", "ConvNext": "convnext", "Llava": "llava"}
MODELS = [
    "vit", "vit_mae", "swin", "deit", "beit", "data2vec-vision", "dinov2", "dinov2_with_registers", "clip", "clip_vision_model", "siglip",
    "siglip_vision_model", "siglip2", "convnext", "convnextv2", "llava", "unknown",
]
READ = {
    "do_resize": [False], "size": [20, [12, 18], {"height": 10, "width": 14}, {"shortest_edge": 18}, {"max_height": 20, "max_width": 30},
                                   {"shortest_edge": 30, "longest_edge": 40}],
    "default_to_square": [True, False], "resample": [0, 1, 2, 3], "do_center_crop": [True, False], "crop_size": [16, {"height": 20, "width": 12}],
    "do_rescale": [False], "rescale_factor": [0.01], "do_normalize": [False], "image_mean": [[0.1, 0.2, 0.3], 0.4], "image_std": [[0.1, 0.2, 0.3], 0.4],
    "do_pad": [True], "pad_size": [{"height": 64, "width": 48}], "crop_pct": [0.5], "use_square_size": [True, False],
}
WITHOUT_EFFECT = {
    "_processor_class": "x", "_valid_processor_keys": ["size"], "auto_map": {"AutoImageProcessor": "own.Own"}, "data_format": "channels_last",
    "device": "cpu", "disable_grouping": True, "do_convert_rgb": False, "do_flip_channel_order": True, "do_reduce_labels": True, "do_thumbnail": True,
    "do_align_long_axis": True, "image_seq_length": 3, "input_data_format": "channels_last", "num_channels": 4, "offset": True, "patch_size": 4,
    "processor_class": "CLIPProcessor", "reduce_labels": True, "reducing_gap": 2, "return_tensors": "np",
}


def picture():
    y, x = np.mgrid[:30, :41]
    return Image.fromarray(np.stack([x * x + 3 * y, x * 7 + y * y * 5, x * y], axis=-1).astype(np.uint8))


def size(family):
    return {"shortest_edge": 24} if family in ("Bit", "CLIP", "ConvNext", "Llava") else {"height": 24, "width": 24}


def folders():
    """Gives (family, key, files): key None for the unchanged settings."""
    dump = json.dumps
    for family, model in FAMILIES.items():
        base = {"image_processor_type": f"{family}ImageProcessor", "size": size(family), "crop_size": {"height": 24, "width": 24}}
        config = {"config.json": dump({"model_type": model})}
        one = lambda settings: config | {"preprocessor_config.json": dump(settings)}
        yield family, None, one(base)
        for key, values in READ.items():
            for value in values:
                more = {"size": 22} if key == "default_to_square" else {"pad_size": {"height": 50, "width": 60}} if key == "do_pad" else {"do_pad": True} if key == "pad_size" else {}
                more |= {"crop_size": {"height": 20, "width": 22}} if key == "do_center_crop" else {}
                more |= {"do_center_crop": True} if key == "crop_size" or key in ("default_to_square", "size") and not isinstance(value, list) and family != "ConvNext" else {}
                yield family, key, one(base | more | {key: value})
            yield family, key, one(base | {key: None})
        for key, value in WITHOUT_EFFECT.items():
            yield family, key, one(base | {key: value})
        for name in [f"{family}FeatureExtractor", f"{family}ImageProcessorFast", f"{family}ImageProcessorPil"]:
            yield family, "image_processor_type", one(base | {"image_processor_type": name})
        older = {key: value for key, value in base.items() if key != "image_processor_type"}
        yield family, "feature_extractor_type", one(older | {"feature_extractor_type": f"{family}FeatureExtractor"})
        yield family, "processor_config.json", config | {"processor_config.json": dump({"image_processor": base, "processor_class": "XProcessor"})}
        yield family, "processor_config.json", one(base) | {"processor_config.json": dump({"image_processor": base | {"resample": 0}})}
        yield family, "processor_config.json", one(base) | {"processor_config.json": dump({"processor_class": "XProcessor"})}
        yield family, "defaults", one({"image_processor_type": f"{family}ImageProcessor"})
    for model in MODELS:
        settings = {"size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24}, "do_center_crop": True}
        files = {"preprocessor_config.json": dump(settings), "config.json": dump({"model_type": model})}
        yield model, "model_type", files
        yield model, "model_type", files | {"config.json": dump({"model_type": model, "image_processor_type": "ViTImageProcessor"})}


def values(files):
    """The values that a folder's processor makes of the picture, None where it fails."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            pathlib.Path(folder, name).write_text(content)
        try:
            process = transformers.AutoImageProcessor.from_pretrained(folder)
            pixels = process(picture(), return_tensors="np")["pixel_values"]
            return np.ascontiguousarray(np.asarray(pixels, dtype=np.float32))
        except Exception:
            return None


def write(path):
    rows = []
    for family, key, files in folders():
        pixels = values(files)
        row = {"family": family, "key": key, "files": files}
        row |= {"size": list(pixels.shape[-2:]), "values": hashlib.sha256(pixels.tobytes()).hexdigest()[:16]} if pixels is not None else {}
        rows.append(json.dumps(row))
    lines = ",\n".join(rows)
    path.write_text(f'{{"transformers": "{transformers.__version__}", "folders": [\n{lines}\n]}}\n')
    return len(rows)


if __name__ == "__main__":
    print(write(pathlib.Path(__file__).parents[2] / "Fixtures" / "Pictures" / "processors.json"))
