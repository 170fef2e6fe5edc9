"""Small encoders of `transformers` for the fixtures, written as Hugging Face directories."""

import math

import torch
import transformers

from fine_tuning import checkpoint_key

transformers.logging.set_verbosity_error()
transformers.utils.logging.disable_progress_bar()

TEXT = {"hidden_size": 12, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24, "vocab_size": 40,
        "max_position_embeddings": 16}
IMAGE = {"hidden_size": 8, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16, "image_size": 8, "patch_size": 4}
DETERMINED = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0, "attn_implementation": "eager"}


def small_text(generator):
    """A BERT of two blocks with random weights, none of them zero."""
    return randomised(transformers.BertModel(transformers.BertConfig(**TEXT, **DETERMINED), add_pooling_layer=False), generator)


def small_image(generator):
    """A ViT of two blocks with random weights, none of them zero."""
    return randomised(transformers.ViTModel(transformers.ViTConfig(**IMAGE, **DETERMINED), add_pooling_layer=False), generator)


def randomised(encoder, generator):
    for name, parameter in sorted(encoder.named_parameters(), key=lambda pair: checkpoint_key(pair[0])):
        noise = torch.randn(parameter.shape, generator=generator)
        if name.endswith("bias"):
            values = 0.2 * noise
        elif "norm" in name.lower():
            values = 1 + 0.2 * noise
        elif "embeddings" in name and "projection" not in name:
            values = 0.5 * noise
        else:
            values = noise / math.prod(parameter.shape[1:]) ** 0.5
        parameter.data.copy_(values)
    return encoder
