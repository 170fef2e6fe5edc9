"""Makes small models of pictures and texts with random weights, and what `transformers` computes and writes with them.

    python3 Tools/Parity/caption_models.py FOLDER [--golden]

For each case a Hugging Face directory FOLDER/<case> and FOLDER/<case>/expected.safetensors with `pixels` [items, tiles, 3, side, side],
`grids` (int64 [items, 4]: rows and columns of tiles, height and width of the picture; 0 where there is one tile), `features`
[items, states, width] after the connector, `prompts` (int64 [items, tokens]), `logits` [items, tokens + steps - 1, vocabulary] of the
prompts with the texts, and `texts` (int64 [items, steps]), written without an end. Cases whose names end in "-new" have the tensors'
names of `transformers` 5, the others those of before. `swift test` compares where IISAN_CAPTION_PARITY names the folder above FOLDER.
--golden makes only the smallest cases, which are committed as Fixtures/Captions.

Requirements: torch, transformers (5.x), safetensors. Seen with torch 2.13 and transformers 5.23.
"""

import argparse
import json
import pathlib
import re
import sys

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers.models.llava_next import modeling_llava_next

from language_models import randomize

t = transformers
CLIP = dict(model_type="clip_vision_model", hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40,
            image_size=16, patch_size=4)
SIGLIP = dict(CLIP, model_type="siglip_vision_model")
LLAMA = dict(model_type="llama", vocab_size=40, hidden_size=24, num_hidden_layers=3, num_attention_heads=6, num_key_value_heads=3,
             intermediate_size=40, max_position_embeddings=640)
MISTRAL = dict(LLAMA, model_type="mistral", hidden_size=36, sliding_window=None)
QWEN = dict(LLAMA, model_type="qwen2", hidden_size=48)
SQUARES = dict(hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40, image_size=24, patch_size=4)
PINPOINTS = [[16, 32], [32, 16], [32, 32], [48, 16], [16, 48]]
MANY = [[16 * rows, 16 * columns] for rows in range(1, 7) for columns in range(1, 7)]
TINY = dict(hidden_size=6, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8)
TINY_CLIP = {**CLIP, **TINY}
TINY_TEXT = {**LLAMA, **TINY, "hidden_size": 8, "num_key_value_heads": 1, "vocab_size": 12, "max_position_embeddings": 128}


def llava(**changes):
    return dict(vision_config=CLIP, text_config=LLAMA, image_token_index=39, **changes)


def golden_cases():
    yield "llava-golden", t.LlavaForConditionalGeneration, t.LlavaConfig(
        vision_config=TINY_CLIP, text_config=TINY_TEXT, image_token_index=11), [None] * 2
    yield "llava-next-golden-new", t.LlavaNextForConditionalGeneration, t.LlavaNextConfig(
        vision_config=TINY_CLIP, text_config=dict(TINY_TEXT, model_type="mistral"), image_token_index=11,
        image_grid_pinpoints=PINPOINTS), [(21, 47)] * 2
    yield "smolvlm-golden", t.SmolVLMForConditionalGeneration, t.SmolVLMConfig(
        vision_config=dict(TINY, image_size=16, patch_size=4), text_config=TINY_TEXT, image_token_id=11, scale_factor=2,
        tie_word_embeddings=True), [(1, 2)] * 2


def cases():
    model, kind = t.LlavaForConditionalGeneration, t.LlavaConfig
    yield "llava", model, kind(**llava()), [None] * 7
    yield "llava-new", model, kind(**llava()), [None] * 7
    yield "llava-full-siglip-qwen", model, kind(**{
        **llava(vision_feature_layer=-1, vision_feature_select_strategy="full"), "vision_config": SIGLIP,
        "text_config": dict(QWEN, tie_word_embeddings=True)}), [None] * 7
    yield "llava-several-layers", model, kind(**llava(vision_feature_layer=[-1, 1, -3])), [None] * 3
    yield "llava-no-bias-silu", model, kind(**llava(multimodal_projector_bias=False, projector_hidden_act="silu")), [None] * 1

    model, kind = t.LlavaNextForConditionalGeneration, t.LlavaNextConfig
    for number, size in enumerate([(16, 16), (30, 44), (47, 21), (100, 20), (13, 90), (333, 500), (445, 300), (31, 33)]):
        text = MISTRAL if number % 2 else LLAMA
        yield f"llava-next-{size[0]}x{size[1]}{'-new' if number % 3 == 0 else ''}", model, kind(
            **{**llava(image_grid_pinpoints=PINPOINTS), "text_config": text}), [size] * (7 if number == 1 else 2)

    model, kind = t.LlavaOnevisionForConditionalGeneration, t.LlavaOnevisionConfig
    for number, size in enumerate([(16, 16), (40, 50), (96, 90), (95, 30), (200, 190)]):
        yield f"llava-onevision-{size[0]}x{size[1]}{'-new' if number % 2 else ''}", model, kind(
            vision_config=SIGLIP, text_config=QWEN, image_token_index=39, video_token_index=38, image_grid_pinpoints=MANY,
            vision_aspect_ratio="anyres_max_4"), [size] * 2

    for name, model, kind in [("idefics3", t.Idefics3ForConditionalGeneration, t.Idefics3Config),
                              ("smolvlm", t.SmolVLMForConditionalGeneration, t.SmolVLMConfig)]:
        for grid in [None, (2, 3), (1, 1)]:
            for scale in [2, 3] if grid is None else [3]:
                label = "one" if grid is None else f"{grid[0]}x{grid[1]}"
                yield f"{name}-{label}-scale-{scale}", model, kind(
                    vision_config=SQUARES, text_config=LLAMA, image_token_id=39, scale_factor=scale,
                    tie_word_embeddings=grid is not None), [grid] * (7 if grid is None else 2)


def rename(place):
    """Gives the tensors the names that version 5 has inside its models, which it does not write to files."""
    file = place / "model.safetensors"
    tensors = load_file(file)
    if not any(name.startswith("language_model.") for name in tensors):
        raise SystemExit(f"{place}: the names are not those expected: {sorted(tensors)[:3]}")
    changed = {}
    for name, tensor in tensors.items():
        name = re.sub(r"^language_model\.lm_head", "lm_head", name)
        name = re.sub(r"^language_model\.model", "model.language_model", name)
        name = re.sub(r"^(vision_tower|multi_modal_projector|image_newline)", r"model.\1", name)
        name = re.sub(r"^model\.vision_tower\.vision_model\.(?!head)", "model.vision_tower.", name)
        changed[name] = tensor
    save_file(changed, file, {"format": "pt"})


def tiles(configuration, shape):
    """How many tiles a picture has and its row of `grids`."""
    if shape is None:
        return 1, [0, 0, 0, 0]
    if configuration.model_type in ("idefics3", "smolvlm"):
        return shape[0] * shape[1] + 1, [*shape, 0, 0]
    side = configuration.vision_config.image_size
    rows, columns = modeling_llava_next.get_anyres_image_grid_shape(shape, configuration.image_grid_pinpoints, side)
    return rows * columns + 1, [rows, columns, *shape]


def expect(place, name, kind, configuration, shapes, steps):
    torch.manual_seed(sum(map(ord, name)))
    model = kind(configuration).eval()
    randomize(model)
    image = configuration.image_token_id
    with torch.no_grad():
        # No text has the image token, for which there would be no picture.
        model.get_output_embeddings().weight[image] = 0
    side = configuration.vision_config.image_size
    count, grid = tiles(configuration, shapes[0])
    pixels = torch.randn(len(shapes), count, 3, side, side)
    arguments = {"pixel_values": pixels}
    if configuration.model_type == "llava":
        arguments = {"pixel_values": pixels[:, 0]}
    elif configuration.model_type.startswith("llava"):
        arguments["image_sizes"] = torch.tensor(shapes)
    if configuration.model_type == "llava_onevision":
        arguments["batch_num_images"] = torch.ones(len(shapes), dtype=torch.long)
    with torch.no_grad():
        features = model.get_image_features(**arguments, return_dict=True).pooler_output
        features = torch.stack([feature.reshape(-1, feature.shape[-1]) for feature in features])
        words = torch.randint(3, image - 1, (len(shapes), 8))
        prompts = torch.cat([words[:, :3], torch.full(features.shape[:2], image), words[:, 3:]], 1)
        texts = model.generate(input_ids=prompts, attention_mask=torch.ones_like(prompts), **arguments, do_sample=False,
                               max_new_tokens=steps, eos_token_id=[], pad_token_id=0)[:, prompts.shape[1]:]
        if (texts == image).any():
            raise SystemExit(f"{name}: a text has the image token")
        texts = texts.contiguous()
        logits = model(input_ids=torch.cat([prompts, texts], 1)[:, :-1], **arguments).logits
    model.generation_config = t.GenerationConfig(eos_token_id=None, pad_token_id=0)
    model.save_pretrained(place / name)
    if name.endswith("-new"):
        rename(place / name)
    save_file({"pixels": pixels, "grids": torch.tensor([grid] * len(shapes)), "features": features, "prompts": prompts,
               "texts": texts, "logits": logits.contiguous()}, place / name / "expected.safetensors")
    print(name, *logits.shape, "states", features.shape[1], "steps", steps, file=sys.stderr)


def main():
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--golden", action="store_true")
    options = parser.parse_args()
    names = []
    for name, kind, configuration, shapes in golden_cases() if options.golden else cases():
        expect(options.folder, name, kind, configuration, shapes, 12 if options.golden else 64)
        names.append(name)
    (options.folder / "cases.json").write_text(json.dumps(sorted(names), indent=1) + "\n")


if __name__ == "__main__":
    main()
