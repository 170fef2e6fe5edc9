"""The fixtures of the methods that train live encoders."""

import torch

from cases import PLAIN, SHARED, case
from fine_tuning import LiveModality, LiveTower
from recommender import Recommender
from small_encoders import IMAGE, small_image, small_text
from user_encoder import UserEncoder

OPTIONS = {"adapter": {"activation": "relu", "bottleneck": 5}, "lora": {"rank": 4, "alpha": 6}}
WIDTH = 8
SIDE = IMAGE["image_size"]


def live_case(name, description, method, seed, text=True, image=True, histories=PLAIN, items=11, **options):
    """`text` and `image` say which encoders there are: folders beside the fixture."""
    tower = {"kind": "fine_tuning", "method": method, "text": "text" if text else None, "image": "image" if image else None}
    result = case(name, description, tower | OPTIONS.get(method, {}) | options, histories, items=items, seed=seed, width=WIDTH)
    if text:
        # 1 is the first token of every title and 2 the last; 3..39 are words. One title has no words.
        generator = torch.Generator().manual_seed(100 + seed)
        lengths = [(5 * item + 3 * seed) % 8 for item in range(items)]
        result["titles"] = [[1] + torch.randint(3, 40, (length,), generator=generator).tolist() + [2] for length in lengths]
    return result


def build_live(case, start):
    """The recommender of a case; `start(name, shape, generator)` gives the values of what does not belong to an encoder."""
    generator = torch.Generator().manual_seed(case["seed"])
    tower, user, width = case["item_tower"], case["user_encoder"], case["item_vector_width"]
    options = {key: tower[key] for key in ("activation", "bottleneck", "rank", "alpha") if key in tower}

    def modality(name, make):
        return LiveModality(make(generator), width, tower["method"], **options) if tower[name] else None

    text, image = modality("text", small_text), modality("image", small_image)
    pixels = torch.randn(case["items"], 3, SIDE, SIDE, generator=generator) if image is not None else None
    recommender = Recommender(LiveTower(text, image, case.get("titles"), pixels, width),
                              UserEncoder(user["width"], user["positions"], user["blocks"], user["heads"], user["dropout"]))
    with torch.no_grad():
        for name, parameter in recommender.named_parameters():
            if ".encoder." not in name:
                parameter.copy_(start(name, parameter.shape, generator))
    return recommender


FINE_TUNING_CASES = [
    live_case("full", "Every parameter of both encoders trains.", "full", seed=31),
    live_case("adapter", "Adapters after attention and after the feed-forward, ReLU.", "adapter", seed=32),
    live_case("adapter-gelu", "Adapters with the exact GELU.", "adapter", seed=33, activation="gelu"),
    live_case("lora", "Low rank maps beside query and value.", "lora", seed=34),
    live_case("bitfit", "Only the encoders' biases train.", "bitfit", seed=35),
    live_case("frozen", "Only heads, fusion and user encoder train.", "frozen", seed=36),
    live_case("full-text-only", "The text encoder alone.", "full", seed=37, image=False),
    live_case("full-image-only", "The image encoder alone.", "full", seed=38, text=False),
    live_case("lora-shared-items", "Users with the same items, items that come back.", "lora", seed=39, histories=SHARED, items=8),
]
