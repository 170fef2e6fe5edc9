"""The cases of `encoders.py` that read pictures: families beyond ViT, and pictures of other sizes than the learned one.

EVA needs timm (seen with 1.0.31); without it its cases are left out and named. EVA-CLIP is computed by `eva_clip.py`.
"""

import json
import sys

import torch
import transformers as t
from safetensors.torch import save_file

from eva_clip import EvaCLIP

TINY = dict(hidden_size=6, num_hidden_layers=2, num_attention_heads=3, intermediate_size=5, image_size=6, patch_size=3)
SMALL = dict(hidden_size=24, num_hidden_layers=3, num_attention_heads=3, intermediate_size=40, image_size=16, patch_size=4)
# A patch is left over at the right and the bottom.
RAGGED = {**SMALL, "image_size": 22, "hidden_size": 35, "num_attention_heads": 5}


def plain(kind, configuration):
    """A model of `transformers` as what is saved and what is run."""
    model = kind(configuration)
    return model, getattr(model, model.base_model_prefix, model)


def dino(sizes, registers=None, **options):
    sizes = {key: value for key, value in sizes.items() if key != "intermediate_size"}
    if registers is None:
        return t.Dinov2Config(**sizes, **options)
    return t.Dinov2WithRegistersConfig(**sizes, num_register_tokens=registers, **options)


def both(kind, whole, vision):
    """A model of texts and pictures, of which the pictures' tower is run."""
    text = dict(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=9, vocab_size=20)
    model = kind(whole(text_config=text, vision_config=vision))
    return model, model.vision_model


def cases(golden):
    """Name, (model that is saved, model that is run), and the height and width of pictures that are not of the learned size."""
    yield "beit-golden", plain(t.BeitModel, t.BeitConfig(**TINY, use_relative_position_bias=True, use_mean_pooling=False)), None
    yield "dinov2-golden", plain(t.Dinov2WithRegistersModel, dino(TINY, registers=2, mlp_ratio=2)), (6, 9)
    yield "clip-vision-golden", plain(t.CLIPVisionModel, t.CLIPVisionConfig(**TINY)), None
    yield "siglip-golden", plain(t.SiglipVisionModel, t.SiglipVisionConfig(**TINY, vision_use_head=False)), None
    if golden:
        return
    bias = dict(use_relative_position_bias=True)
    shared = dict(use_shared_relative_position_bias=True)
    yield "beit-own-bias", plain(t.BeitModel, t.BeitConfig(**RAGGED, **bias)), None
    yield "beit-shared-bias", plain(t.BeitModel, t.BeitConfig(**SMALL, **shared, use_mask_token=True)), None
    yield "beit-both-biases", plain(t.BeitModel, t.BeitConfig(**SMALL, **bias, **shared)), None
    yield "beit-positions", plain(t.BeitModel, t.BeitConfig(**SMALL, use_absolute_position_embeddings=True,
                                                           layer_scale_init_value=0.0, use_mean_pooling=False)), None
    yield "beit-prefixed", plain(t.BeitForImageClassification, t.BeitConfig(**SMALL, **bias)), None
    yield "beit-masked", plain(t.BeitForMaskedImageModeling, t.BeitConfig(**SMALL, **shared, use_mask_token=True)), None
    yield "beit-one-layer", plain(t.BeitModel, t.BeitConfig(**{**SMALL, "num_hidden_layers": 1}, **bias)), None
    yield "beit-sharded", plain(t.BeitModel, t.BeitConfig(**SMALL, **bias)), None
    yield "data2vec-vision", plain(t.Data2VecVisionModel, t.Data2VecVisionConfig(**RAGGED, **bias, **shared)), None
    yield "data2vec-vision-prefixed", plain(
        t.Data2VecVisionForImageClassification, t.Data2VecVisionConfig(**SMALL, **shared, use_mean_pooling=False)), None
    yield "dinov2", plain(t.Dinov2Model, dino(RAGGED)), None
    yield "dinov2-gated", plain(t.Dinov2Model, dino({**RAGGED, "num_hidden_layers": 1}, use_swiglu_ffn=True)), None
    yield "dinov2-no-bias", plain(t.Dinov2Model, dino(SMALL, qkv_bias=False, use_mask_token=False, mlp_ratio=3)), None
    yield "dinov2-prefixed", plain(t.Dinov2ForImageClassification, dino(SMALL)), None
    yield "dinov2-larger", plain(t.Dinov2Model, dino(RAGGED)), (41, 31)
    yield "dinov2-smaller", plain(t.Dinov2Model, dino(SMALL)), (15, 9)
    # As many patches as were learned, in another shape.
    yield "dinov2-oblong", plain(t.Dinov2Model, dino(SMALL)), (32, 8)
    yield "dinov2-sharded", plain(t.Dinov2Model, dino(SMALL)), None
    yield "dinov2-registers", plain(t.Dinov2WithRegistersModel, dino(RAGGED, registers=3)), None
    yield "dinov2-no-registers", plain(t.Dinov2WithRegistersModel, dino(SMALL, registers=0)), None
    yield "dinov2-registers-larger", plain(t.Dinov2WithRegistersModel, dino(SMALL, registers=4, use_swiglu_ffn=True)), (29, 40)
    yield "dinov2-registers-smaller", plain(t.Dinov2WithRegistersModel, dino(RAGGED, registers=1)), (9, 13)
    yield "dinov2-registers-prefixed", plain(t.Dinov2WithRegistersForImageClassification, dino(SMALL, registers=4)), None
    yield "clip-vision", plain(t.CLIPVisionModel, t.CLIPVisionConfig(**RAGGED)), None
    yield "clip-vision-gelu", plain(
        t.CLIPVisionModel, t.CLIPVisionConfig(**{**SMALL, "num_hidden_layers": 1}, hidden_act="gelu")), None
    projected = t.CLIPVisionModelWithProjection(t.CLIPVisionConfig(**SMALL))
    yield "clip-vision-projected", (projected, projected.vision_model), None
    yield "clip-both", both(t.CLIPModel, t.CLIPConfig, SMALL), None
    yield "clip-vision-sharded", plain(t.CLIPVisionModel, t.CLIPVisionConfig(**SMALL)), None
    yield "siglip-vision", plain(t.SiglipVisionModel, t.SiglipVisionConfig(**RAGGED)), None
    yield "siglip-both", both(t.SiglipModel, t.SiglipConfig, {**SMALL, "num_hidden_layers": 1}), None
    yield "siglip-prefixed", both(t.SiglipForImageClassification, t.SiglipConfig, SMALL), None
    masked = t.ViTMAEConfig(**SMALL, mask_ratio=0.0)
    yield "vit-mae", plain(t.ViTMAEModel, masked), None
    yield "vit-mae-prefixed", plain(t.ViTMAEForPreTraining, t.ViTMAEConfig(
        **RAGGED, mask_ratio=0.0, decoder_hidden_size=16, decoder_num_attention_heads=2, decoder_num_hidden_layers=1)), None


def eva_clip_cases(golden):
    """Name and model."""
    rotary = dict(use_rope=True, pretrained_seq_len=16)
    yield "evaclip-golden", EvaCLIP(**TINY, q_bias=False, k_bias=False, v_bias=False, use_rms_norm=True)
    if golden:
        return
    yield "evaclip-plain", EvaCLIP(**RAGGED)
    yield "evaclip-8b", EvaCLIP(**SMALL, q_bias=True, k_bias=False, v_bias=True, use_rms_norm=True)
    yield "evaclip-18b", EvaCLIP(**RAGGED, q_bias=False, k_bias=False, v_bias=False, use_rms_norm=True)
    yield "evaclip-post-norm", EvaCLIP(**SMALL, post_layernorm=True)
    yield "evaclip-inner-norms", EvaCLIP(**SMALL, use_sub_ln=True, k_bias=False)
    yield "evaclip-rotary", EvaCLIP(
        **{**RAGGED, "hidden_size": 60}, **rotary, use_sub_ln=True, use_swiglu_mlp=True, k_bias=False)
    yield "evaclip-rotary-rms", EvaCLIP(
        **{**SMALL, "num_hidden_layers": 1}, **rotary, rope_theta=100, use_sub_ln=True, use_swiglu_mlp=True, use_rms_norm=True)


def eva_cases(golden):
    """Name, architecture of timm, and arguments beside those of the architecture."""
    sizes = dict(img_size=22, patch_size=4, embed_dim=60, depth=3, num_heads=5)
    yield "eva02-golden", "eva02_base_patch16_clip_224", dict(
        img_size=6, patch_size=3, embed_dim=8, depth=2, num_heads=2, mlp_ratio=1)
    if golden:
        return
    yield "eva02-tiny", "eva02_tiny_patch14_224", sizes
    yield "eva02-tiny-stretched", "eva02_tiny_patch14_336", {**sizes, "img_size": 40, "ref_feat_shape": (5, 5)}
    yield "eva02-base", "eva02_base_patch14_224", {**sizes, "depth": 1}
    yield "eva02-large-clip", "eva02_large_patch14_clip_336", {**sizes, "embed_dim": 64, "num_heads": 1}
    yield "eva02-no-positions", "eva02_base_patch16_clip_224", {**sizes, "use_abs_pos_emb": False, "qkv_bias": False}
    yield "eva02-enormous", "eva02_enormous_patch14_clip_224", sizes
    yield "eva02-scaled", "eva02_small_patch14_224", {**sizes, "init_values": 0.1, "qkv_bias": False}
    yield "eva02-inner-norm-plain", "eva02_base_patch14_224", {**sizes, "swiglu_mlp": False}
    yield "eva-giant", "eva_giant_patch14_224", sizes
    yield "eva-giant-clip", "eva_giant_patch14_clip_224", {**sizes, "use_rot_pos_emb": False}
    # Width and heads as the architecture has them.
    yield "eva02-tiny-own-heads", "eva02_tiny_patch14_224", dict(img_size=42, depth=1)
    # A plain ViT of timm in spite of its name.
    yield "eva-large", "eva_large_patch14_196", sizes


def fill(model):
    """Random weights, with biases and norms that show when they are left out.

    Maps keep the size of what they map, as trained ones do: larger logits would let bfloat16 choose another token to look at.
    """
    model.eval()
    with torch.no_grad():
        for parameter in model.parameters():
            is_map = parameter.dim() in (2, 4)
            drawn = torch.randn_like(parameter) * (parameter[0].numel() ** -0.5 if is_map else 0.3)
            parameter.copy_(drawn + (1 if parameter.dim() == 1 else 0))


def keep(place, given, states, last):
    save_file({"input": given, "hidden_states": torch.stack(tuple(states)), "last_hidden_state": last.contiguous()},
              place / "expected.safetensors")
    print(place.name, *last.shape, file=sys.stderr)


def write(folder, golden, items):
    """Writes all cases and returns their names."""
    names = []

    def place(name):
        torch.manual_seed(sum(map(ord, name)))
        names.append(name)
        (folder / name).mkdir(parents=True, exist_ok=True)
        return folder / name

    for name, (saved, run), sides in cases(golden):
        target = place(name)
        fill(saved)
        saved.save_pretrained(target, **({"max_shard_size": "20KB"} if name.endswith("sharded") else {}))
        given = torch.randn(items, 3, *(sides or (run.config.image_size,) * 2))
        patches = (given.shape[2] // run.config.patch_size) * (given.shape[3] // run.config.patch_size)
        order = {"noise": torch.arange(patches).float().expand(items, -1)} if "mae" in name else {}
        with torch.no_grad():
            output = run(given, output_hidden_states=True, **order)
        keep(target, given, output.hidden_states, output.last_hidden_state)
    for name, model in eva_clip_cases(golden):
        target = place(name)
        fill(model)
        model.save(target)
        given = torch.randn(items, 3, model.c["image_size"], model.c["image_size"])
        with torch.no_grad():
            keep(target, given, *model(given))
    try:
        import timm_folder  # noqa: F401, adds to the path
        import timm
    except ImportError:
        print("timm is missing: without", *(name for name, _, _ in eva_cases(golden)), file=sys.stderr)
        return names
    for name, architecture, arguments in eva_cases(golden):
        target = place(name)
        model = timm.create_model(architecture, num_classes=0, **arguments)
        fill(model)
        configuration = {"architecture": architecture, "num_classes": 0, "num_features": model.num_features,
                         "pretrained_cfg": {"input_size": [3, 224, 224]}, "model_args": arguments}
        (target / "config.json").write_text(json.dumps(configuration, indent=2) + "\n")
        save_file(model.state_dict(), target / "model.safetensors")
        given = torch.randn(items, 3, arguments["img_size"], arguments["img_size"])
        with torch.no_grad():
            last, parts = model.forward_intermediates(given, output_fmt="NLC", return_prefix_tokens=True)
            embedded = []
            hook = model.blocks[0].register_forward_pre_hook(lambda _, inputs: embedded.append(inputs[0]))
            model.forward_features(given)
            hook.remove()
        keep(target, given, embedded + [torch.cat([leading, patches], dim=1) for patches, leading in parts], last)
    return names
