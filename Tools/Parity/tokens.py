"""Writes texts with the token ids that `AutoTokenizer` of the package `transformers` gives them, for the Swift tests to compare with.

    python Tools/Parity/tokens.py OUT TOKENIZER [TOKENIZER ...] [--trained] [--texts FILE.tsv ...] [--generated COUNT]
    IISAN_PARITY=OUT swift test --filter TokenizerParity

TOKENIZER is a folder as users have it, all of whose files count; `oracles.py` tells what is added to one that AutoTokenizer cannot read.
It may be a tokenizer.json alone, which the package `tokenizers` reads. --trained adds small tokenizers of every family, trained here, and
`folders.py`'s folders with each setting changed. Every field of the .tsv files is a text, and so are COUNT generated ones. Needs tokenizers, transformers and
sentencepiece; `make parity-tokens` installs them and does all of it.
"""

import argparse
import json
import multiprocessing
import pathlib
import random

import tokenizers

import fixtures
import oracles
import texts
import trained


def load(path):
    """A function from a text and a maximum to ids, and the special tokens."""
    if path.is_dir():
        tokenizer = oracles.load(path)
        return (lambda text, maximum: oracles.encode(tokenizer, text, maximum)), oracles.special_tokens(tokenizer)
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_padding()

    def encode(text, maximum):
        if maximum is None:
            tokenizer.no_truncation()
        else:
            tokenizer.enable_truncation(maximum)
        return tokenizer.encode(text).ids

    return encode, [token.content for token in tokenizer.get_added_tokens_decoder().values()]


def write(encode, path, out, rows):
    """Writes the ids of all texts, some of them cut to a maximum."""
    rng = random.Random(2)
    with open(out, "w", encoding="utf-8") as file:
        file.write(json.dumps({"path": str(path.resolve())}) + "\n")
        for text in rows:
            maximum = rng.choice([None, None, None, None, 2, 3, 8, 32])
            ids = encode(text, maximum)
            file.write(json.dumps({"text": text, "ids": ids, "maximum": maximum or 1 << 30}) + "\n")


def compare(job):
    """Writes one tokenizer's ids of the given texts and of the generated ones."""
    number, path, arguments, fields = job
    original = path
    if path.is_dir() and not (path / "config.json").exists():
        path = arguments.out / f"complete-{number}"
        oracles.complete(original, path)
    encode, special = load(path)
    rows = fields + list(texts.generated(arguments.generated, special[:20]))
    write(encode, original, arguments.out / f"tokens-{number:02}.jsonl", rows)
    print(f"{original}: {len(rows)} texts", flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("tokenizers", nargs="*", type=pathlib.Path)
    parser.add_argument("--trained", action="store_true")
    parser.add_argument("--texts", nargs="*", default=[])
    parser.add_argument("--generated", type=int, default=100_000)
    arguments = parser.parse_args()
    fields = {field for file in arguments.texts for line in open(file, encoding="utf-8") for field in line.rstrip("\n").split("\t")}
    arguments.out.mkdir(parents=True, exist_ok=True)
    paths = list(arguments.tokenizers)
    if arguments.trained:
        paths += trained.train(arguments.out / "trained")
        fixtures.write_folders(arguments.out / "folders.json")
    jobs = [(number, path, arguments, sorted(fields)) for number, path in enumerate(paths)]
    with multiprocessing.Pool() as pool:
        pool.map(compare, jobs, chunksize=1)


if __name__ == "__main__":
    main()
