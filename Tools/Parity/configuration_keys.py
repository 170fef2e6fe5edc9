"""What `transformers` makes of each key of each family's config.json: Fixtures/Encoders/keys.json.

    python Tools/Parity/configuration_keys.py [FOLDER]

FOLDER holds the small encoders of `encoders.py --golden` and gets the file. For each `model_type` it says which encoder's tensors
and input are taken, the configuration, the keys that the configuration class knows, and for changes of one key or a few: nothing where
the states stay as they are, `states` where they are others, and `refused` where `transformers` or the tensors' shapes do not
allow the change. States are the mean over the tokens of the first item's last hidden state.
"""

import json
import pathlib
import shutil
import sys
import tempfile

import torch
import transformers
from safetensors.torch import load_file

# The tensors of each model_type, and what differs from their configuration.
MODELS = {
    "bert": ("bert-golden", {}),
    "roberta": ("bert-golden", {"pad_token_id": 1}),
    "xlm-roberta": ("bert-golden", {"pad_token_id": 1}),
    "deberta-v2": ("deberta-golden", {}),
    "clip_text_model": ("clip-text-golden", {}),
    "clip_vision_model": ("clip-vision-golden", {}),
    "siglip_vision_model": ("siglip-golden", {}),
    "llama": ("llama-golden", {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}}),
    "mistral": ("llama-golden", {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}, "sliding_window": None}),
    "mixtral": ("mixtral-golden", {}),
    "gemma": ("llama-golden", {"rope_parameters": {"rope_type": "default", "rope_theta": 10000.0}, "pad_token_id": 0,
                               "hidden_act": "gelu_pytorch_tanh"}),
    "gemma2": ("gemma2-golden", {}),
    "qwen2": ("qwen2-golden", {"is_causal": True}),
    "qwen3": ("qwen3-golden", {}),
    "vit": ("vit-golden", {}),
    "deit": ("deit-golden", {}),
    "vit_mae": ("vit-golden", {"mask_ratio": 0.0, "norm_pix_loss": False, "decoder_num_attention_heads": 2,
                               "decoder_hidden_size": 4, "decoder_num_hidden_layers": 1, "decoder_intermediate_size": 4}),
    "beit": ("beit-golden", {}),
    "data2vec-vision": ("beit-golden", {}),
    "dinov2": ("dinov2-golden", {}),
    "dinov2_with_registers": ("dinov2-golden", {}),
}

TURNED = {"rope_type": "linear", "factor": 2.0, "rope_theta": 50.0}
YARN = {"rope_type": "yarn", "factor": 4.0, "rope_theta": 100.0, "original_max_position_embeddings": 8}
LLAMA3 = {"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0}

# Another value of each key.
VALUES = {
    "_attn_implementation": "eager", "_name_or_path": "elsewhere", "add_cross_attention": True, "add_fpn": False,
    "apply_layernorm": False, "architectures": ["Other"], "attention_bias": True, "attention_dropout": 0.5,
    "attention_head_size": 3, "attention_probs_dropout_prob": 0.5, "attn_implementation": "eager", "attn_logit_softcapping": 0.5,
    "auto_map": {"AutoModel": "modeling.Model"}, "auxiliary_channels": 3, "auxiliary_concat_input": True,
    "auxiliary_loss_weight": 0.7, "auxiliary_num_convs": 2, "bos_token_id": 4, "chunk_size_feed_forward": 2,
    "classifier_dropout": 0.5, "cls_dropout": 0.5, "compression_config": {"quant_method": "compressed-tensors"}, "conv_act": "relu",
    "conv_groups": 2, "conv_kernel_size": 5, "decoder_hidden_size": 8, "decoder_intermediate_size": 6,
    "decoder_num_attention_heads": 1, "decoder_num_hidden_layers": 2, "decoder_start_token_id": 2, "drop_path_rate": 0.5,
    "dtype": "float32", "embedding_size": 4, "encoder_stride": 2, "eos_token_id": 5, "final_logit_softcapping": 3.0,
    "finetuning_task": "x", "gradient_checkpointing": True, "head_dim": 6, "hidden_act": "relu", "hidden_activation": "relu",
    "hidden_dropout_prob": 0.5, "hidden_size": 24, "id2label": {"0": "x"}, "image_size": 12, "initializer_factor": 2.0,
    "initializer_range": 0.5, "intermediate_size": 8, "is_causal": False, "is_decoder": True, "is_encoder_decoder": True,
    "label2id": {"x": 0}, "layer_norm_eps": 0.3, "layer_scale_init_value": 0.0, "layer_types": ["full_attention", "full_attention"],
    "layerscale_value": 0.5, "legacy": False, "mask_ratio": 0.0, "max_position_embeddings": 5, "max_relative_positions": 3,
    "max_window_layers": 1, "mlp_bias": True, "mlp_ratio": 3, "model_type": None, "norm_pix_loss": True, "norm_rel_ebd": "none",
    "num_attention_heads": 1, "num_channels": 1, "num_experts": 2, "num_experts_per_tok": 1, "num_hidden_layers": 1,
    "num_key_value_heads": None, "num_labels": 3, "num_local_experts": 2, "num_register_tokens": 1,
    "original_max_position_embeddings": 4, "out_features": ["stage1"], "out_indices": [1], "output_attentions": True,
    "output_hidden_states": True, "output_router_logits": True, "pad_token_id": 2, "partial_rotary_factor": 0.5, "patch_size": 2,
    "pool_scales": [1], "pooler_act": "relu", "pooler_dropout": 0.5, "pooler_hidden_act": "relu", "pooler_hidden_size": 6,
    "pooler_output_size": 6, "pos_att_type": ["c2p"], "position_biased_input": False, "position_buckets": 6,
    "position_embedding_type": "relative_key", "pretraining_tp": 2, "problem_type": "regression", "projection_dim": 3,
    "pruned_heads": {"0": [1]}, "qkv_bias": False, "quantization": {"bits": 4}, "quantization_config": {"quant_method": "gptq"},
    "query_pre_attn_scalar": 2, "relative_attention": False, "reshape_hidden_states": False, "return_dict": True,
    "rms_norm_eps": 0.3, "rope_parameters": TURNED, "rope_scaling": {"type": "linear", "factor": 4.0}, "rope_theta": 30.0,
    "router_aux_loss_coef": 0.5, "router_jitter_noise": 0.5, "segmentation_indices": [1], "semantic_loss_ignore_index": 3,
    "sep_token_id": 2, "share_att_key": False, "sliding_window": 2, "stage_names": ["x"], "task_specific_params": {},
    "tie_encoder_decoder": True, "tie_word_embeddings": False, "torch_dtype": "float32", "torchscript": False,
    "transformers_version": "4.0.0", "type_vocab_size": 3, "use_absolute_position_embeddings": True, "use_auxiliary_head": False,
    "use_bidirectional_attention": True, "use_cache": False, "use_mask_token": True, "use_mean_pooling": True,
    "use_relative_position_bias": False, "use_shared_relative_position_bias": True, "use_sliding_window": True,
    "use_swiglu_ffn": True, "vision_use_head": True, "vocab_size": 12,
}

# Keys that transformers asks a configuration for beside the fields of its class, or that older versions wrote.
ALL = """_attn_implementation attn_implementation auto_map compression_config decoder_start_token_id finetuning_task
gradient_checkpointing initializer_factor initializer_range num_labels pruned_heads quantization quantization_config sep_token_id
task_specific_params tie_encoder_decoder tie_word_embeddings torch_dtype torchscript use_cache bos_token_id eos_token_id
pad_token_id""".split()
ROTARY = ["is_causal", "head_dim", "original_max_position_embeddings", "partial_rotary_factor", "rope_scaling", "rope_theta"]
MORE = {
    "bert": ["position_embedding_type"], "roberta": ["position_embedding_type"], "xlm-roberta": ["position_embedding_type"],
    "deberta-v2": ["attention_head_size", "cls_dropout", "conv_act", "conv_groups", "conv_kernel_size", "embedding_size",
                   "norm_rel_ebd", "position_buckets", "share_att_key"],
    "clip_text_model": ["is_causal"], "gemma": ["hidden_activation"], "gemma2": ["hidden_act"], "mistral": ["layer_types"],
    "mixtral": ["layer_types", "num_experts"], "beit": ["head_dim", "segmentation_indices"],
    "data2vec-vision": ["add_fpn", "head_dim", "out_features", "reshape_hidden_states", "segmentation_indices", "stage_names",
                        "vocab_size"],
    "dinov2_with_registers": ["head_dim", "use_mask_token"],
    **{kind: ["head_dim"] for kind in ["vit", "deit", "vit_mae", "dinov2"]},
}

def several(kind, configuration, fields):
    """Changes of more than one key, or of one key to more than one value."""
    if "stage_names" in fields:
        yield {"num_hidden_layers": 1, "stage_names": None, "out_features": None, "out_indices": None}
    if "rms_norm_eps" in configuration:
        yield {"rope_scaling": YARN}
        yield {"rope_scaling": YARN, "original_max_position_embeddings": 4}
        yield {"rope_scaling": LLAMA3, "max_position_embeddings": 12}
        yield {"rope_scaling": {}, "rope_parameters": TURNED}
        yield {"rope_scaling": {"rope_type": "linear", "factor": 4.0}, "rope_theta": 30.0}
        yield {"rope_parameters": {**YARN, "beta_fast": None, "truncate": False}}
        yield {"rope_parameters": {**TURNED, "partial_rotary_factor": 0.5}}
        yield {"rope_parameters": {"full_attention": TURNED, "sliding_attention": TURNED}}
        yield {"is_causal": None}
        yield {"head_dim": None}
    if "sliding_window" in configuration or kind in ("mistral", "mixtral"):
        yield {"sliding_window": 2, "is_causal": False}
        yield {"sliding_window": 2, "layer_types": ["full_attention", "sliding_attention"]}
        yield {"sliding_window": None, "layer_types": ["full_attention", "sliding_attention"]}
        yield {"layer_types": ["full_attention", "chunked_attention"]}
    if "use_sliding_window" in configuration:
        yield {"use_sliding_window": True, "sliding_window": 2, "max_window_layers": 1, "layer_types": None}
        yield {"use_sliding_window": True, "sliding_window": 2, "layer_types": ["sliding_attention", "full_attention"]}


def states(folder, given):
    """The states of the model in a folder, with the names of tensors that it lacks; an exception where there can be none."""
    model, report = transformers.AutoModel.from_pretrained(folder, output_loading_info=True)
    if report["missing_keys"] or report["mismatched_keys"]:
        raise ValueError("the tensors do not fit")
    model = getattr(model, "vision_model", None) or getattr(model, "text_model", None) or model
    if hasattr(model, "set_experts_implementation"):
        model.set_experts_implementation("eager")
    arguments = {"input_ids": given, "attention_mask": torch.ones_like(given)} if given.dtype == torch.int64 else {
        "pixel_values": given}
    if "mae" in model.config.model_type:
        arguments["noise"] = torch.arange(4.0).expand(len(given), -1)
    with torch.no_grad():
        output = model.eval()(**arguments, output_hidden_states=True, return_dict=True)
    return output.hidden_states[-1][0].float().mean(0)


def main():
    fixtures = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "Fixtures/Encoders")
    transformers.logging.set_verbosity_error()
    result = []
    for kind, (name, changes) in MODELS.items():
        source = fixtures / name
        given = load_file(source / "expected.safetensors")["input"][:1]
        if given.dtype == torch.int64 and given.shape[1] < 9:
            given = given[:, :4]  # leaves room for positions that begin later
        known = transformers.CONFIG_MAPPING[kind]
        configuration = json.loads((source / "config.json").read_text())
        configuration.update(changes, model_type=kind)
        fields = {key for key in known().to_dict() if key != "model_type"}
        with tempfile.TemporaryDirectory() as folder:
            shutil.copy(source / "model.safetensors", folder)

            def run(change):
                values = {**configuration, **change}
                pathlib.Path(folder, "config.json").write_text(json.dumps(values))
                return states(folder, given)

            base = run({})
            keys = sorted(fields | set(ALL) | set(MORE.get(kind, [])) | set(ROTARY if "rms_norm_eps" in configuration else []))
            cases = []
            changes = [{key: VALUES[key]} for key in keys] + list(several(kind, configuration, fields))
            # The number of blocks alone does not fit the names of the stages.
            if "stage_names" in fields:
                changes.remove({"num_hidden_layers": VALUES["num_hidden_layers"]})
            for change in changes:
                case = {"change": change}
                try:
                    found = run(change)
                    if (found - base).abs().max() > 1e-5 * base.abs().max():
                        case["states"] = [round(value, 6) for value in found.tolist()]
                except Exception as error:  # Whatever it is that transformers says.
                    case["refused"] = type(error).__name__
                cases.append(case)
        result.append({"model_type": kind, "encoder": name, "configuration": configuration, "known": sorted(fields), "tokens": given.shape[1],
                       "states": [round(value, 6) for value in base.tolist()], "cases": cases})
        counts = [sum(test(case) for case in cases) for test in (
            lambda case: "states" in case, lambda case: "refused" in case)]
        print(kind, len(cases), "changes,", counts[0], "of them change states,", counts[1], "are refused", file=sys.stderr)
    lines = []
    for model in result:
        cases = ",\n  ".join(json.dumps(case, sort_keys=True) for case in model.pop("cases"))
        lines.append(json.dumps(model, sort_keys=True)[:-1] + ', "cases": [\n  ' + cases + "]}")
    (fixtures / "keys.json").write_text("[\n" + ",\n".join(lines) + "\n]\n")


if __name__ == "__main__":
    main()
