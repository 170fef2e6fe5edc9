"""Writes texts with the token ids that `AutoTokenizer` of the package `transformers` gives them, and the texts that it makes of ids, for the
Swift tests to compare with.

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
    """Functions from a text and a maximum to ids and from ids to texts, the special tokens, and how many tokens there are."""
    if path.is_dir():
        tokenizer = oracles.load(path)
        encode = lambda text, maximum: oracles.encode(tokenizer, text, maximum)
        return encode, lambda ids: oracles.decode(tokenizer, ids), oracles.special_tokens(tokenizer), len(tokenizer)
    tokenizer = tokenizers.Tokenizer.from_file(str(path))
    tokenizer.no_padding()

    def encode(text, maximum):
        if maximum is None:
            tokenizer.no_truncation()
        else:
            tokenizer.enable_truncation(maximum)
        return tokenizer.encode(text).ids

    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()]
    return encode, lambda ids: oracles.decode(tokenizer, ids), special, tokenizer.get_vocab_size()


def write(encode, decode, size, path, out, rows):
    """Writes the ids of all texts, some of them cut to a maximum, and the texts of these ids and of drawn ones."""
    rng = random.Random(2)
    decoded = lambda ids: {"ids": ids} | dict(zip(["skipped", "kept"], decode(ids)))
    with open(out, "w", encoding="utf-8") as file:
        file.write(json.dumps({"path": str(path.resolve())}) + "\n")
        for text in rows:
            maximum = rng.choice([None, None, None, None, 2, 3, 8, 32])
            drawn = [rng.randrange(size + 3) for _ in range(rng.randint(0, 12))]
            row = {"text": text, "maximum": maximum or 1 << 30, "drawn": decoded(drawn)} | decoded(encode(text, maximum))
            file.write(json.dumps(row) + "\n")


def compare(job):
    """Writes one tokenizer's ids of the given texts and of the generated ones."""
    number, path, arguments, fields = job
    original = path
    if path.is_dir() and not (path / "config.json").exists():
        path = arguments.out / f"complete-{number}"
        oracles.complete(original, path)
    encode, decode, special, size = load(path)
    rows = fields + list(texts.generated(arguments.generated, special[:20]))
    write(encode, decode, size, original, arguments.out / f"tokens-{number:02}.jsonl", rows)
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
