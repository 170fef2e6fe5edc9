"""Compares the LoRA fixtures' model with `peft`: loss and gradients of the same parameters. By hand; needs peft.

    python3 Tools/Reference/peft_check.py
"""

import peft
import torch

from fine_tuning_cases import FINE_TUNING_CASES, build_live
from fixtures import start
from recommender import pad


def with_peft(recommender, options):
    """The same recommender where peft, and not our hooks, adds the low rank maps; and its parameters by our names."""
    parameters = {}
    for name in ("text", "image"):
        modality = getattr(recommender.item_tower, name)
        for part in modality.encoder.modules():
            part._forward_hooks.clear()
        config = peft.LoraConfig(r=options["rank"], lora_alpha=options["alpha"], lora_dropout=0.0,
                                 target_modules=["query", "value", "q_proj", "v_proj"])
        modality.encoder = peft.get_peft_model(modality.encoder, config)
        layers = [part for part in modality.encoder.modules() if isinstance(part, peft.tuners.lora.Linear)]
        places = [(block, place) for block in range(len(layers) // 2) for place in ("query", "value")]
        for layer, (block, place) in zip(layers, places, strict=True):
            ours = modality.low_rank[block][place]
            for side, theirs in (("down", layer.lora_A.default.weight), ("up", layer.lora_B.default.weight)):
                theirs.data.copy_(getattr(ours, side))
                parameters[f"item_tower.{name}.low_rank.{block}.{place}.{side}"] = theirs
        del modality.low_rank
    return parameters | {name: parameter for name, parameter in recommender.named_parameters() if ".encoder." not in name}


def main():
    for case in FINE_TUNING_CASES:
        if case["item_tower"]["method"] != "lora":
            continue
        ours, theirs = build_live(case, start), build_live(case, start)
        parameters = with_peft(theirs, case["item_tower"])
        slots = pad(case["batch"]["histories"], case["user_encoder"]["positions"] + 1)
        counts = torch.tensor(case["batch"]["popularity_counts"])
        losses = []
        for recommender in (ours, theirs):
            loss = recommender.loss(slots, counts / counts.sum())
            loss.backward()
            losses.append(float(loss.detach()))
        own = {name: parameter for name, parameter in ours.named_parameters() if parameter.requires_grad}
        assert own.keys() == parameters.keys(), own.keys() ^ parameters.keys()
        worst = max(float((own[name].grad - parameters[name].grad).abs().max() / own[name].grad.abs().max()) for name in own)
        print(f"{case['name']:20} loss {losses[0]:.7f}, peft {peft.__version__} {losses[1]:.7f}; "
              f"gradients of {len(own)} tensors differ by at most {worst:.1e} of a tensor's largest")
        assert abs(losses[0] - losses[1]) < 1e-6 and worst < 1e-4


if __name__ == "__main__":
    main()
