"""Writes the papers' largest encoders in their true shape, with random numbers in some blocks and none on the disk for the others.

    python3 Tools/Rehearsal/giant.py llama-3-70b|eva-clip-18b FOLDER [--blocks N] [--drawn 3] [--tokenizer DIR]

The files hold the first --blocks blocks, all where nothing is said, in bfloat16; config.json speaks of all. The first --drawn ones hold normal
numbers; the rest are zeros, as holes that take no space, and are read as any others. Such a block adds nothing to its input: the states after it
are those after the last drawn block, which `rehearse.py` looks at. Needs numpy.
"""

import argparse
import json
import pathlib
import shutil
import struct

import numpy as np

LLAMA = dict(
    model_type="llama", hidden_size=8192, intermediate_size=28672, num_hidden_layers=80, num_attention_heads=64,
    num_key_value_heads=8, vocab_size=128256, max_position_embeddings=8192, rms_norm_eps=1e-5, rope_theta=500000.0,
    hidden_act="silu", torch_dtype="bfloat16", tie_word_embeddings=False)
EVA = dict(
    architectures=["EvaCLIPModel"], model_type="clip", torch_dtype="bfloat16", text_config={}, vision_config=dict(
        model_type="clip_vision_model", hidden_size=5120, intermediate_size=25600, num_hidden_layers=48,
        num_attention_heads=40, image_size=224, patch_size=14, num_channels=3, hidden_act="gelu", layer_norm_eps=1e-6,
        q_bias=False, k_bias=False, v_bias=False, post_layernorm=False, use_rms_norm=True, use_sub_ln=False,
        use_swiglu_mlp=False, use_rope=False))


def llama_tensors():
    """The names and shapes of the files' tensors, one file after the other."""
    width, feed, keys = LLAMA["hidden_size"], LLAMA["intermediate_size"], 8 * 128
    yield {"model.embed_tokens.weight": (LLAMA["vocab_size"], width), "model.norm.weight": (width,)}
    for layer in range(LLAMA["num_hidden_layers"]):
        yield {f"model.layers.{layer}.{name}.weight": shape for name, shape in {
            "input_layernorm": (width,), "post_attention_layernorm": (width,), "self_attn.q_proj": (width, width),
            "self_attn.k_proj": (keys, width), "self_attn.v_proj": (keys, width), "self_attn.o_proj": (width, width),
            "mlp.gate_proj": (feed, width), "mlp.up_proj": (feed, width), "mlp.down_proj": (width, feed)}.items()}


def eva_tensors():
    """The names and shapes of the files' tensors, one file after the other."""
    vision = EVA["vision_config"]
    width, feed = vision["hidden_size"], vision["intermediate_size"]
    yield {
        "vision_model.embeddings.class_embedding": (width,),
        "vision_model.embeddings.patch_embedding.weight": (width, 3, 14, 14),
        "vision_model.embeddings.patch_embedding.bias": (width,),
        "vision_model.embeddings.position_embedding.weight": (257, width)}
    for layer in range(vision["num_hidden_layers"]):
        yield {f"vision_model.encoder.layers.{layer}.{name}": shape for name, shape in {
            "layer_norm1.weight": (width,), "layer_norm2.weight": (width,), "self_attn.q_proj.weight": (width, width),
            "self_attn.k_proj.weight": (width, width), "self_attn.v_proj.weight": (width, width),
            "self_attn.out_proj.weight": (width, width), "self_attn.out_proj.bias": (width,),
            "mlp.fc1.weight": (feed, width), "mlp.fc1.bias": (feed,), "mlp.fc2.weight": (width, feed),
            "mlp.fc2.bias": (width,)}.items()}


def bfloat16(values):
    """The numbers with the nearest lower 16 bits cut: random ones need no rounding."""
    return (values.view(np.uint32) >> 16).astype(np.uint16)


def write(path, tensors, random):
    """A safetensors file; without `random` its numbers are a hole."""
    header, place = {}, 0
    for name, shape in tensors.items():
        size = 2 * int(np.prod(shape))
        header[name] = dict(dtype="BF16", shape=list(shape), data_offsets=[place, place + size])
        place += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text)
        if random is None:
            file.truncate(8 + len(text) + place)
            return place
        for name, shape in tensors.items():
            if "norm" in name:
                file.write(bfloat16(np.ones(shape, np.float32)).tobytes())
                continue
            # Maps keep the size of what goes through them; tables have the deviation that training starts from.
            deviation = 0.02 if "embed" in name or len(shape) == 1 else float(np.prod(shape[1:])) ** -0.5
            rows = max(1, (1 << 24) // int(np.prod(shape[1:])) if len(shape) > 1 else shape[0])
            for start in range(0, shape[0], rows):
                part = (min(rows, shape[0] - start), *shape[1:])
                file.write(bfloat16(random.standard_normal(part, np.float32) * np.float32(deviation)).tobytes())
    return place


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("model", choices=["llama-3-70b", "eva-clip-18b"])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--blocks", type=int, help="blocks in the files")
    parser.add_argument("--drawn", type=int, default=3, help="blocks with numbers")
    parser.add_argument("--tokenizer", type=pathlib.Path, help="a directory whose tokenizer.json is copied")
    options = parser.parse_args()
    folder = options.folder
    folder.mkdir(parents=True, exist_ok=True)
    config, files = (LLAMA, llama_tensors()) if options.model == "llama-3-70b" else (EVA, eva_tensors())
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    if options.model == "eva-clip-18b":
        (folder / "preprocessor_config.json").write_text(json.dumps(
            dict(image_processor_type="CLIPImageProcessor", size=dict(shortest_edge=224), crop_size=224)))
    elif options.tokenizer:
        shutil.copy(options.tokenizer / "tokenizer.json", folder / "tokenizer.json")
        (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "PreTrainedTokenizerFast"}')
    random = np.random.default_rng(0)
    index, total = {}, 0
    for number, tensors in enumerate(files):
        if options.blocks is not None and number > options.blocks:
            break
        name = f"model-{number:05d}.safetensors"
        total += write(folder / name, tensors, random if number <= options.drawn else None)
        index.update({tensor: name for tensor in tensors})
    (folder / "model.safetensors.index.json").write_text(
        json.dumps(dict(metadata=dict(total_size=total), weight_map=index)))
    disk = sum(file.stat().st_blocks * 512 for file in folder.iterdir())
    print(f"{options.model}: {total / 1e9:.1f} GB of weights in {len(set(index.values())) - 1} blocks, {disk / 1e9:.1f} GB on the disk")


if __name__ == "__main__":
    main()
