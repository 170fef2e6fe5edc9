"""Prints what `iisan models show` estimates for encoders of well-known shapes, as a table of Markdown.

    "$(Tools/Parity/python)" Tools/Costs/costs.py [--iisan .build/release/iisan]

Only configurations and headers are read for it, so the weights are holes in files that take no room on the disk: nothing is
downloaded and nothing measured but the machine's matrix product.
"""

import argparse
import json
import pathlib
import subprocess
import sys
import tempfile

import torch
import transformers as t
from transformers.core_model_loading import revert_weight_conversion

sys.path.append(str(pathlib.Path(__file__).parent.parent / "Parity"))
import timm_folder  # noqa: E402, F401, adds to the path
import timm  # noqa: E402

LLAMA3 = dict(rope_type="llama3", rope_theta=500000.0, factor=32.0, low_freq_factor=1.0, high_freq_factor=4.0,
              original_max_position_embeddings=8192)


def cases():
    """Name and a function that makes the model. What is not given is the configuration's default, which is the base model."""
    yield "BERT-base", lambda: t.BertModel(t.BertConfig())
    yield "RoBERTa-base", lambda: t.RobertaModel(t.RobertaConfig(vocab_size=50265, max_position_embeddings=514, type_vocab_size=1))
    yield "DeBERTa-v3-base", lambda: t.DebertaV2Model(t.DebertaV2Config(
        vocab_size=128100, hidden_size=768, num_hidden_layers=12, num_attention_heads=12, intermediate_size=3072,
        type_vocab_size=0, relative_attention=True, position_buckets=256, norm_rel_ebd="layer_norm", share_att_key=True,
        pos_att_type="p2c|c2p", position_biased_input=False))
    yield "CLIP ViT-B/32", lambda: t.CLIPModel(t.CLIPConfig(text_config={}, vision_config={}))
    yield "Llama-3.2-1B", lambda: t.LlamaModel(t.LlamaConfig(
        vocab_size=128256, hidden_size=2048, num_hidden_layers=16, num_attention_heads=32, num_key_value_heads=8, head_dim=64,
        intermediate_size=8192, max_position_embeddings=131072, rope_parameters=LLAMA3))
    yield "Gemma-2-2B, 4 of its 26 blocks", lambda: t.Gemma2Model(t.Gemma2Config(
        vocab_size=256000, hidden_size=2304, num_hidden_layers=4, num_attention_heads=8, num_key_value_heads=4, head_dim=256,
        intermediate_size=9216))
    yield "Qwen3-0.6B", lambda: t.Qwen3Model(t.Qwen3Config(
        vocab_size=151936, hidden_size=1024, num_hidden_layers=28, num_attention_heads=16, num_key_value_heads=8, head_dim=128,
        intermediate_size=3072, max_position_embeddings=40960))
    yield "ViT-base", lambda: t.ViTModel(t.ViTConfig(), add_pooling_layer=False)
    # Trained on 518 pixels a side.
    yield "DINOv2-base", lambda: t.Dinov2Model(t.Dinov2Config(image_size=518, patch_size=14))
    yield "BEiT-base", lambda: t.BeitModel(t.BeitConfig(use_relative_position_bias=True))
    yield "SigLIP-base-224", lambda: t.SiglipVisionModel(t.SiglipVisionConfig())
    yield "EVA02-base", lambda: timm.create_model("eva02_base_patch14_224", num_classes=0)


def write_holes(tensors, file):
    """A safetensors file of these shapes in which every value is a zero that is not stored."""
    header, end = {}, 0
    for name, tensor in tensors.items():
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [end, end + 4 * tensor.numel()]}
        end += 4 * tensor.numel()
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(file, "wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        out.truncate(8 + len(text) + end)


def write(make, folder):
    with torch.device("meta"):
        model = make()
    tensors = model.state_dict()
    if isinstance(model, t.PreTrainedModel):
        model.config.save_pretrained(folder)
        # The names of files are not always those of the modules.
        tensors = revert_weight_conversion(model, tensors)
    else:
        side = model.patch_embed.img_size[0]
        configuration = {"architecture": "eva02_base_patch14_224", "pretrained_cfg": {"input_size": [3, side, side]}}
        (folder / "config.json").write_text(json.dumps(configuration))
    write_holes(tensors, folder / "model.safetensors")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--iisan", default=".build/release/iisan", help="the command")
    iisan = parser.parse_args().iisan
    print("| encoder | reads | parameters | float32 | bfloat16 | items/s float32 | items/s bfloat16 |")
    print("| --- | --- | ---: | ---: | ---: | ---: | ---: |")
    for name, make in cases():
        with tempfile.TemporaryDirectory() as folder:
            write(make, pathlib.Path(folder))
            command = [iisan, "models", "show", folder, "--format", "json"]
            runs = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(5)]
        # The fastest estimate: other programs take the machine's cores at times.
        for cards in zip(*runs):
            card, costs = cards[0], {}
            for cost in sorted((cost for card in cards for cost in card["costs"]), key=lambda cost: cost["itemsPerSecond"]):
                costs[cost["precision"]] = cost
            memory = [f"{costs[kind]['memoryBytes'] / 1e9:.2f} GB" for kind in ("float32", "bfloat16")]
            speed = [f"{costs[kind]['itemsPerSecond']:.1f}" for kind in ("float32", "bfloat16")]
            reads = "titles" if card["modality"] == "text" else "pictures"
            print("|", " | ".join([name, reads, f"{card['parameters'] / 1e6:.1f} million", *memory, *speed]), "|", flush=True)


if __name__ == "__main__":
    main()
