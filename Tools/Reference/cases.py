"""The cases of the golden fixtures. One dictionary each; it is written to fixture.json as it stands."""


def tower(text, image, intra=True, inter=True, gated=True, versa=False, activation="relu", bottleneck=8, missing=None):
    """text and image: (width, kept layers) or None; missing: the items without a text and those without an image."""
    def modality(shape):
        return None if shape is None else {"width": shape[0], "layers": shape[1]}

    result = {"kind": "iisan", "text": modality(text), "image": modality(image), "intra": intra, "inter": inter,
              "gated": gated, "versa": versa, "activation": activation, "bottleneck": bottleneck, "gate_temperature": 0.1}
    return result if missing is None else result | {"missing": missing}


def case(name, description, item_tower, histories, items=12, positions=5, seed=1, width=12):
    """A recommender case. Popularity counts are those of a pretended training set; an item outside the batch has none."""
    batch_items = {item for history in histories for item in history}
    counts = [3 + 5 * item % 11 if item in batch_items else 0 for item in range(items)]
    ranking_histories = [history[-positions:] for history in histories]
    targets = []
    for row, history in enumerate(ranking_histories):
        target = (7 * row + 3) % items
        while target in history:
            target = (target + 1) % items
        targets.append(target)
    return {
        "name": name, "description": description, "seed": seed, "items": items, "item_vector_width": width,
        "item_tower": item_tower,
        "user_encoder": {"width": width, "positions": positions, "blocks": 2, "heads": 2, "feed_forward": 4 * width,
                         "epsilon": 1e-6, "dropout": 0.0},
        "batch": {"histories": histories, "popularity_counts": counts},
        "ranking": {"histories": ranking_histories, "targets": targets},
    }


PLAIN = [[0, 1, 2, 3, 4, 5], [6, 7, 8, 9], [10, 2, 7], [5, 0]]
SHORT_AND_FULL = [[0, 1], [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [13, 14], [15, 16, 17, 18, 19, 20, 21], [22, 23, 24],
                  [25, 26, 27, 28, 1, 2, 3, 4, 5, 6, 7]]
REPEATED = [[0, 1, 0, 2, 0, 3], [4, 4], [5, 6, 5], [7, 8, 7, 8, 7, 8], [9, 10, 11]]
SHARED = [[0, 1, 2, 3], [0, 1, 2, 3], [3, 2, 1, 0, 4], [4, 1], [1, 5, 1, 2]]

SAME_TEXT, SAME_IMAGE = (16, [0, 2, 4, 6]), (16, [0, 2, 4, 6])
WIDE_TEXT, WIDE_IMAGE = (24, [0, 2, 4]), (24, [0, 2, 4])
NARROW_TEXT, NARROW_IMAGE = (16, [0, 2, 4]), (16, [0, 2, 4])
# One item lacks both, one is outside the batch.
MISSING = {"text": [1, 4, 7, 11], "image": [2, 4, 9]}

CASES = [
    case("symmetric", "IISAN: equal widths and depths, both kinds of tower.", tower(SAME_TEXT, SAME_IMAGE), PLAIN, seed=1),
    case("symmetric-gelu", "IISAN with the exact GELU.", tower(SAME_TEXT, SAME_IMAGE, activation="gelu"), PLAIN, seed=2),
    case("symmetric-versa", "Versa heads on equal widths: no dimension transformation.",
         tower(SAME_TEXT, SAME_IMAGE, versa=True), PLAIN, seed=3),
    case("ungated", "No gates: plain sums.", tower(SAME_TEXT, SAME_IMAGE, gated=False), PLAIN, seed=4),
    case("intra-only", "No inter tower; fusion of [image, text].", tower(SAME_TEXT, SAME_IMAGE, inter=False), PLAIN, seed=5),
    case("inter-only", "The inter tower alone.", tower(SAME_TEXT, SAME_IMAGE, intra=False), PLAIN, seed=6),
    case("text-wider", "Versa: text 24 wide, image 16.", tower(WIDE_TEXT, NARROW_IMAGE, versa=True), PLAIN, seed=7),
    case("image-wider", "Versa: image 24 wide, text 16.", tower(NARROW_TEXT, WIDE_IMAGE, versa=True), PLAIN, seed=8),
    case("text-deeper", "Versa: five text blocks, three image blocks, text wider.",
         tower((24, [0, 3, 6, 9, 12]), (16, [0, 2, 4]), versa=True), PLAIN, seed=9),
    case("image-deeper", "Versa: two text blocks, four image blocks, text wider, GELU.",
         tower((24, [2, 6]), (16, [0, 4, 8, 12]), versa=True, activation="gelu"), PLAIN, seed=10),
    case("inter-only-versa", "The inter tower alone, image wider and deeper.",
         tower((12, [0, 6]), (24, [0, 4, 8]), intra=False, versa=True), PLAIN, seed=11),
    case("ungated-versa", "No gates, text wider and deeper.",
         tower((24, [0, 1, 2]), (16, [1, 2]), gated=False, versa=True), PLAIN, seed=12),
    case("text-only", "A single modality: its intra tower alone.", tower(SAME_TEXT, None, inter=False), PLAIN, seed=13),
    case("image-only-versa", "A single modality with Versa heads.", tower(None, SAME_IMAGE, inter=False, versa=True),
         PLAIN, seed=14),
    case("repeated-items", "Items that come back within a history.", tower(SAME_TEXT, SAME_IMAGE), REPEATED, seed=15),
    case("shared-items", "Users with the same items, two with the same history.",
         tower(WIDE_TEXT, NARROW_IMAGE, versa=True), SHARED, items=8, seed=16),
    case("short-and-full", "Histories of 2 to 11 items, ten positions, 30 items.",
         tower(WIDE_TEXT, NARROW_IMAGE, versa=True), SHORT_AND_FULL, items=30, positions=10, seed=17),
    case("symmetric-missing", "IISAN where some items lack text or image: learned states stand in.",
         tower(SAME_TEXT, SAME_IMAGE, missing=MISSING), PLAIN, seed=19),
    case("text-wider-missing", "Versa, text 24 wide, where some items lack text or image.",
         tower(WIDE_TEXT, NARROW_IMAGE, versa=True, missing=MISSING), PLAIN, seed=20),
    case("identity", "The SASRec baseline: an embedding for each item.", {"kind": "identity"}, PLAIN, seed=18),
]
