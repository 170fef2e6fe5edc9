"""Writes texts with the token ids that the PyPI package `tokenizers` gives them, for the Swift tests to compare with.

    python Tools/Parity/tokens.py OUT TOKENIZER [TOKENIZER ...] [--texts FILE.tsv ...]
    IISAN_PARITY=OUT swift test --filter TokenizerParity

TOKENIZER is a tokenizer.json or the vocab.txt of a BERT type encoder. Every field of the .tsv files is a text; generated texts
(scripts, marks, emoji, controls, long words, special tokens) are added. Needs tokenizers.
"""

import argparse
import json
import pathlib
import random

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

RANGES = [
    (0x20, 0x7E), (0x00, 0x1F), (0x7F, 0xFF), (0x100, 0x24F), (0x300, 0x36F), (0x370, 0x52F), (0x590, 0x6FF), (0x700, 0x8FF),
    (0x900, 0xDFF), (0xE00, 0xFFF), (0x1000, 0x1FFF), (0x2000, 0x2BFF), (0x2E00, 0x33FF), (0x3400, 0x9FFF), (0xA000, 0xABFF),
    (0xAC00, 0xD7FF), (0xE000, 0xFAFF), (0xFB00, 0xFFFF), (0x10000, 0x12FFF), (0x13000, 0x1CFFF), (0x1D000, 0x1DFFF),
    (0x1E000, 0x1EFFF), (0x1F000, 0x1FAFF), (0x20000, 0x323AF), (0xE0000, 0xE01EF), (0xF0000, 0x10FFFF),
]
WORDS = ["the", "Toy", "Story", "unaffable", "Naïve", "CAFÉ", "İstanbul", "straße", "don't", "3.5mm", "e\u0301\u0323", "ſ", "Å", "가각",
         "[CLS]", "[SEP]", "[MASK]", "[PAD]", "[UNK]", "[cls]", "##ing", "[unused5]", "👩‍👩‍👧", "日本語", "שלום", "مرحبا", "ไทย", "a" * 99, "b" * 101,
         "\u200b", "\u00a0", "\u3000", "\ufeff", "\ufffd", "\t", "\r\n", "\x00", "\u0345\u0301", "q\u0307\u0323", "ﬁ", "½", "Ⅻ"]


def scalar(rng, low, high):
    code = rng.randint(low, high)
    return chr(code) if not 0xD800 <= code < 0xE000 else "\ud7a3"


def generated(rng, count):
    for index in range(count):
        kind = index % 4
        if kind == 0:  # one block
            low, high = rng.choice(RANGES)
            yield "".join(scalar(rng, low, high) for _ in range(rng.randint(0, 30)))
        elif kind == 1:  # words
            yield rng.choice(["", " "]).join(rng.choice(WORDS) for _ in range(rng.randint(0, 12)))
        elif kind == 2:  # letters with marks
            yield "".join(
                scalar(rng, *rng.choice(RANGES[:10])) + "".join(scalar(rng, 0x300, 0x36F) for _ in range(rng.randint(0, 3)))
                for _ in range(rng.randint(0, 12)))
        else:  # everything
            parts = [rng.choice(WORDS) if rng.random() < 0.3 else scalar(rng, *rng.choice(RANGES)) for _ in range(rng.randint(0, 40))]
            yield "".join(parts)
    for code in range(0x110000):
        if not 0xD800 <= code < 0xE000 and (code < 0x32400 or code % 997 == 0):
            if code % 16 == 0:
                yield "".join("x" + chr(c) + "e\u0301\u0327 " for c in range(code, min(code + 16, 0x110000)) if not 0xD800 <= c < 0xE000)
    yield "word " * 20000
    yield "a" * 200000
    yield "e" + "\u0301\u0327" * 50000


def bert(vocabulary):
    """The tokenizer that transformers makes of a vocab.txt."""
    folder = pathlib.Path(vocabulary).parent
    config = json.loads((folder / "tokenizer_config.json").read_text()) if (folder / "tokenizer_config.json").exists() else {}
    ids = {line.rstrip("\n"): index for index, line in enumerate(open(vocabulary, encoding="utf-8", newline="\n"))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=config.get("tokenize_chinese_chars", True),
        strip_accents=config.get("strip_accents"), lowercase=config.get("do_lower_case", True))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    tokenizer.add_special_tokens(["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"])
    return tokenizer


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("tokenizers", nargs="+")
    parser.add_argument("--texts", nargs="*", default=[])
    parser.add_argument("--generated", type=int, default=20000)
    arguments = parser.parse_args()
    texts = [field for file in arguments.texts for line in open(file, encoding="utf-8") for field in line.rstrip("\n").split("\t")]
    texts += generated(random.Random(1), arguments.generated)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for number, file in enumerate(arguments.tokenizers):
        tokenizer = Tokenizer.from_file(file) if file.endswith(".json") else bert(file)
        tokenizer.no_padding()
        with open(arguments.out / f"tokens-{number}.jsonl", "w", encoding="utf-8") as out:
            out.write(json.dumps({"file": str(pathlib.Path(file).resolve())}) + "\n")
            rng = random.Random(2)
            for text in texts:
                maximum = rng.choice([None, None, 2, 3, 8, 32])
                if maximum is None:
                    tokenizer.no_truncation()
                else:
                    tokenizer.enable_truncation(maximum)
                row = {"text": text, "ids": tokenizer.encode(text).ids, "maximum": maximum or 1 << 30}
                out.write(json.dumps(row) + "\n")
        print(f"{file}: {len(texts)} texts")


if __name__ == "__main__":
    main()
