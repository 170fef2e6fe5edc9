"""What transformers makes of pictures that become several tiles, for the Swift tests to compare with.

    python Tools/Parity/tiles.py

writes Fixtures/Pictures/tiles.json: small processors of every family, each on pictures of 40 sizes, and each of their settings changed once;
of large pictures the layout alone, since the tests are not optimised.
`captions.py` writes the same with processors of real models' sizes. Kept are SHA-256 of the float32 values that the processors on Pillow give,
the rows and columns of tiles, the part of the map of features that `unpad_image` keeps, and how many tokens of the prompt stand for the picture.
"""

import hashlib
import json
import os
import pathlib
import tempfile
import warnings

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np  # noqa: E402
import torch  # noqa: E402
import transformers  # noqa: E402
from PIL import Image  # noqa: E402
from transformers.models.llava_next import modeling_llava_next as next_model  # noqa: E402

transformers.logging.set_verbosity_error()
warnings.simplefilter("ignore")

# Height and width: tiny, wide, tall, square, posters, screens, photographs.
SIZES = [
    (1, 1), (1, 2), (2, 1), (3, 7), (11, 5), (24, 24), (25, 24), (24, 49), (48, 48), (30, 41), (64, 64), (95, 97), (100, 100), (96, 31), (31, 96),
    (1, 300), (300, 1), (1, 1999), (1999, 1), (2, 1441), (40, 1000), (1000, 40), (224, 224), (278, 185), (445, 300), (300, 445), (336, 336),
    (337, 336), (384, 384), (480, 640), (640, 480), (512, 512), (513, 511), (672, 672), (600, 900), (755, 1343), (1000, 1000), (1080, 1920),
    (1500, 1000), (1001, 1003),
]
SMALL = {
    "clip": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 24}, "crop_size": 24},
    "llava": {"image_processor_type": "LlavaImageProcessor", "size": {"shortest_edge": 24}, "crop_size": 24, "do_pad": True},
    "next": {"image_processor_type": "LlavaNextImageProcessor", "size": {"shortest_edge": 24}, "crop_size": {"height": 24, "width": 24},
             "image_grid_pinpoints": [[24, 48], [48, 24], [48, 48], [72, 24], [24, 72]]},
    "next-plain": {"image_processor_type": "LlavaNextImageProcessorFast", "size": {"height": 20, "width": 20}, "crop_size": 20, "resample": 2,
                   "do_center_crop": False, "do_normalize": False, "image_grid_pinpoints": [[20, 20], [60, 40], [20, 80]]},
    "onevision": {"image_processor_type": "LlavaOnevisionImageProcessor", "size": {"height": 12, "width": 12}, "image_mean": [0.5, 0.5, 0.5],
                  "image_std": [0.5, 0.5, 0.5], "image_grid_pinpoints": [[h * 12, w * 12] for h in range(1, 7) for w in range(1, 7)]},
    "idefics": {"image_processor_type": "Idefics3ImageProcessor", "size": {"longest_edge": 96}, "max_image_size": {"longest_edge": 24}},
    "idefics-odd": {"image_processor_type": "Idefics3ImageProcessor", "size": {"longest_edge": 91}, "max_image_size": {"longest_edge": 30}, "resample": 3},
    "idefics-sides": {"image_processor_type": "Idefics3ImageProcessor", "size": {"height": 50, "width": 31}, "max_image_size": {"longest_edge": 16}},
    "smolvlm": {"image_processor_type": "SmolVLMImageProcessor", "size": {"longest_edge": 64}, "max_image_size": {"longest_edge": 32},
                "do_image_splitting": False},
}
LARGE = {
    "next-336": {"image_processor_type": "LlavaNextImageProcessor", "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}},
    "onevision-384": {"image_processor_type": "LlavaOnevisionImageProcessor", "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]},
    "idefics-364": {"image_processor_type": "Idefics3ImageProcessor"},
    "smolvlm-512": {"image_processor_type": "SmolVLMImageProcessor", "size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512}},
    "smolvlm-single": {"image_processor_type": "SmolVLMImageProcessor", "size": {"longest_edge": 2048}, "max_image_size": {"longest_edge": 512},
                       "do_image_splitting": False},
    "llava-336": {"image_processor_type": "CLIPImageProcessor", "size": {"shortest_edge": 336}, "crop_size": {"height": 336, "width": 336}},
}
# The rows of features of a tile, and how many tiles' features the map may have.
FEATURES = {"next": (6, None), "next-plain": (5, None), "onevision": (3, 9), "next-336": (24, None), "onevision-384": (27, 9)}
READ = {
    "do_resize": [False], "size": [24, [24, 24], {"height": 24, "width": 24}, {"height": 24, "width": 20}, {"shortest_edge": 24}, {"longest_edge": 24}, {}],
    "default_to_square": [True, False], "resample": [0, 1, 2, 3], "do_center_crop": [True, False], "crop_size": [24, 16, {"height": 24, "width": 24}],
    "do_rescale": [False], "rescale_factor": [0.01], "do_normalize": [False], "image_mean": [[0.1, 0.2, 0.3], 0.4], "image_std": [[0.1, 0.2, 0.3], 0.4],
    "do_pad": [True, False], "pad_size": [{"height": 64, "width": 48}], "image_grid_pinpoints": [[[48, 72]], [[48, 50]], []],
    "do_image_splitting": [True, False], "max_image_size": [{"longest_edge": 12}, {"height": 24, "width": 24}, {}],
    "video_sampling": [{"fps": 1}], "return_row_col_info": [False], "vision_aspect_ratio": ["anyres_max_4"], "aspect_ratio_setting": ["anyres"],
}
FAMILIES = {
    "LlavaNext": ("llava_next", {"size": {"shortest_edge": 24}, "crop_size": 24, "image_grid_pinpoints": [[24, 48], [48, 24], [72, 48]]}),
    "LlavaOnevision": ("llava_onevision", {"size": {"height": 24, "width": 24}, "image_grid_pinpoints": [[24, 48], [48, 24], [72, 48]]}),
    "Idefics3": ("idefics3", {"size": {"longest_edge": 72}, "max_image_size": {"longest_edge": 24}}),
    "SmolVLM": ("smolvlm", {"size": {"longest_edge": 72}, "max_image_size": {"longest_edge": 24}}),
}


def picture(height, width):
    y, x = np.mgrid[:height, :width]
    return Image.fromarray(np.stack([x * x + 3 * y, x * 7 + y * y * 5, x * y], axis=-1).astype(np.uint8))


def loaded(files):
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            pathlib.Path(folder, name).write_text(content)
        return transformers.AutoImageProcessor.from_pretrained(folder)


def tiles(process, image):
    """The tiles' values, and their rows and columns."""
    is_idefics = type(process).__name__.startswith(("Idefics3", "SmolVLM"))
    result = process(image, return_tensors="np", **({"return_row_col_info": True} if is_idefics else {}))
    values = np.asarray(result["pixel_values"], dtype=np.float32)
    values = np.ascontiguousarray(values.reshape(-1, *values.shape[-3:]))
    row = {"side": values.shape[-1], "count": len(values), "rows": 0, "columns": 0, "values": hashlib.sha256(values.tobytes()).hexdigest()[:16]}
    if is_idefics:
        mask = result.get("pixel_attention_mask")
        assert mask is None or mask.all()
        row |= {"rows": result["rows"][0][0], "columns": result["cols"][0][0]}
    elif type(process).__name__.startswith(("LlavaNext", "LlavaOnevision")):
        shape = next_model.get_anyres_image_grid_shape((image.height, image.width), process.image_grid_pinpoints, values.shape[-1])
        row |= dict(zip(["rows", "columns"], map(int, shape)))
    return row


def features(name, process, row, height, width):
    """What of the map of features is kept, and how many tokens stand for the picture."""
    side, most = FEATURES[name]
    numbers = torch.arange(row["rows"] * row["columns"] * side * side).view(1, row["rows"] * side, row["columns"] * side)
    kept = next_model.unpad_image(numbers, (height, width))[0]
    if kept.numel():
        # Where it begins, the first number tells; of a picture that is very long and thin nothing is kept.
        columns = row["columns"] * side
        start = divmod(int(kept[0, 0]), columns)
    else:
        start = [(whole - part) // 2 for whole, part in zip(numbers.shape[1:], kept.shape)]
    kept_rows, kept_columns = [[first, first + length] for first, length in zip(start, kept.shape)]
    kind = transformers.LlavaNextProcessor if most is None else transformers.LlavaOnevisionProcessor
    processor = kind.__new__(kind)
    processor.image_processor, processor.patch_size, processor.num_additional_image_tokens = process, row["side"] // side, 0
    processor.num_image_tokens, processor.vision_aspect_ratio = side * side, f"anyres_max_{most}"
    tokens = processor._get_number_of_features(height, width, row["side"], row["side"])
    return {"features": side, "most": most, "kept": kept_rows + kept_columns, "tokens": tokens}


def sized(processors, most_pixels):
    """A row per processor and size; with values for pictures of some pixels at most."""
    for name, settings in processors.items():
        process = loaded({"preprocessor_config.json": json.dumps(settings)})
        for height, width in SIZES:
            row = tiles(process, picture(height, width))
            if name in FEATURES:
                row |= features(name, process, row, height, width)
            if height * width > most_pixels:
                del row["values"]
            yield {"processor": name, "height": height, "width": width} | row


def folders():
    """Gives (family, key, files): key None for the unchanged settings."""
    for family, (model, base) in FAMILIES.items():
        base = {"image_processor_type": f"{family}ImageProcessor"} | base
        config = {"config.json": json.dumps({"model_type": model})}
        one = lambda settings: config | {"preprocessor_config.json": json.dumps(settings)}
        yield family, None, one(base)
        for key, values in READ.items():
            for value in values + [None]:
                yield family, key, one(base | {key: value})
        for name in [f"{family}ImageProcessorFast", f"{family}ImageProcessorPil"]:
            yield family, "image_processor_type", one(base | {"image_processor_type": name})
        yield family, "image_processor_type", one({key: value for key, value in base.items() if key != "image_processor_type"})
        yield family, "processor_config.json", config | {"processor_config.json": json.dumps({"image_processor": base | {"resample": 0}})}
        yield family, "defaults", one({"image_processor_type": f"{family}ImageProcessor"})


def changed():
    """A row per folder, without values where transformers fails."""
    for family, key, files in folders():
        row = {"family": family, "key": key, "files": files}
        try:
            row |= tiles(loaded(files), picture(30, 41))
        except Exception:
            pass
        yield row


def write(path, processors, more=(), most_pixels=1 << 30):
    rows = [json.dumps(row) for row in sized(processors, most_pixels)]
    changes = [json.dumps(row) for row in more]
    join = ",\n".join
    path.write_text(
        f'{{"transformers": "{transformers.__version__}", "processors": {json.dumps(processors)},\n"rows": [\n{join(rows)}\n],\n'
        f'"folders": [\n{join(changes)}\n]}}\n')
    return len(rows), len(changes)


if __name__ == "__main__":
    print(write(pathlib.Path(__file__).parents[2] / "Fixtures" / "Pictures" / "tiles.json", SMALL, changed(), most_pixels=140_000))
