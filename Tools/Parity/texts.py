"""Texts on which tokenizers are compared: scripts, marks, emoji, controls, blanks, digits, contractions, long words, special tokens."""

import random

RANGES = [
    (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x700, 0x8FF),
    (0x900, 0xDFF), (0xE00, 0xFFF), (0x1000, 0x1FFF), (0x2000, 0x2BFF), (0x2E00, 0x33FF), (0x3400, 0x9FFF), (0xA000, 0xABFF),
    (0xAC00, 0xD7FF), (0xE000, 0xFAFF), (0xFB00, 0xFFFF), (0x10000, 0x12FFF), (0x13000, 0x1CFFF), (0x1D000, 0x1DFFF),
    (0x1E000, 0x1EFFF), (0x1F000, 0x1FAFF), (0x20000, 0x323AF), (0xE0000, 0xE01EF), (0xF0000, 0x10FFFF),
]
WORDS = [
    "the", "Toy", "Story", "unaffable", "Naïve", "CAFÉ", "İstanbul", "straße", "don't", "3.5mm", "e\u0301\u0323", "ſ", "Å", "가각", "[cls]", "##ing",
    "👩‍👩‍👧", "🇩🇪🇫🇷", "❤️", "👍🏽", "日本語", "שלום", "مرحبا", "ไทย", "हिन्दी", "a" * 99, "b" * 101, "\u200b", "\u00a0", "\u3000", "\ufeff", "\ufffd", "\t", "\r\n",
    "\x00", "\u0345\u0301", "q\u0307\u0323", "ﬁ", "ﬁ\u0301", "½", "Ⅻ", "²", "x²³", "\u0600a", "``", "''", "＜ｓ＞", "▁", "▁▁the", "Ġthe",
]
SPACES = [" ", "  ", "   ", " " * 15, "\n", "\n\n", "\r\n", "\t", "\t\t", " \n ", "\u00a0", "\u3000", "\u2028", "\x85", "\x0b", "\x1c", "▁"]
CONTRACTIONS = ["I'm", "you'RE", "it's", "IT'S", "we'll", "they'd", "'t", "'T", "don\u2019t", "'ſ", "'s's", "o'clock", "x'LL", "can't've", "'"]
SYMBOLS = list("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") + ["...", "--", "!!!", "://", "\u2026", "€", "™", "\u20e3"]


def scalar(rng, low, high):
    # Half of a surrogate pair cannot be in a text of Swift; whatever reads one puts U+FFFD in its place.
    code = rng.randint(low, high)
    return chr(code) if not 0xD800 <= code < 0xE000 else "\ufffd"


def some(rng, most):
    """A number up to most; small ones more often."""
    return int(most * rng.random() ** 2)


def block(rng, special):
    low, high = rng.choice(RANGES)
    return "".join(scalar(rng, low, high) for _ in range(some(rng, 40)))


def words(rng, special):
    return rng.choice(["", " ", " ", "  "]).join(rng.choice(WORDS + CONTRACTIONS) for _ in range(some(rng, 16)))


def marks(rng, special):
    return "".join(
        scalar(rng, *rng.choice(RANGES[:10])) + "".join(scalar(rng, 0x300, 0x36F) for _ in range(rng.randint(0, 3)))
        for _ in range(some(rng, 12)))


def everything(rng, special):
    return "".join(rng.choice(WORDS) if rng.random() < 0.3 else scalar(rng, *rng.choice(RANGES)) for _ in range(some(rng, 50)))


def blanks(rng, special):
    return "".join(rng.choice(SPACES if rng.random() < 0.6 else WORDS + SYMBOLS) for _ in range(some(rng, 20)))


def numbers(rng, special):
    parts = [str(rng.randrange(10 ** rng.randint(1, 15))) if rng.random() < 0.6 else rng.choice(SYMBOLS + SPACES + ["½", "٣", "४", "Ⅷ", "一"])
             for _ in range(some(rng, 12))]
    return "".join(parts)


def specials(rng, special):
    pool = special * 2 + WORDS[:10] + SPACES[:6] + ["<", ">", "|", "</s", "<s", "[MASK", "x"]
    return "".join(rng.choice(pool) for _ in range(some(rng, 12)))


def latin(rng, special):
    letters = "etaoinshrdluETAOIN    '.,-0159éüß"
    return "".join(rng.choice(letters) for _ in range(some(rng, 120)))


def long_word(rng, special):
    piece = "".join(scalar(rng, *rng.choice(RANGES[:4] + RANGES[13:14])) for _ in range(rng.randint(1, 4)))
    return piece * rng.randint(10, 300)


KINDS = [block, words, marks, everything, blanks, numbers, specials, latin, words, latin]


def generated(count, special):
    """count texts in which special tokens occur, then each character between others, then very long texts."""
    rng = random.Random(1)
    for index in range(count):
        kind = long_word if index % 500 == 7 else KINDS[index % len(KINDS)]
        yield kind(rng, special)
    for code in range(0, 0x110000, 16):
        if code < 0x32400 or code % (16 * 61) == 0:
            characters = [chr(c) for c in range(code, code + 16) if not 0xD800 <= c < 0xE000]
            yield "".join("x" + c + "e\u0301\u0327 " + c + c for c in characters)
    yield "word " * 20000
    yield "e" + "\u0301\u0327" * 20000
    for character in ["a", " ", "\n", "'", "0", "é", "日", "🤣", "\u0301", "<"]:
        yield character * 20000
