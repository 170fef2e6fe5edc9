"""Writes texts with the token ids that the PyPI package `tokenizers` gives them, for the Swift tests to compare with.

    python Tools/Parity/tokens.py OUT TOKENIZER [TOKENIZER ...] [--trained] [--texts FILE.tsv ...] [--generated COUNT]
    IISAN_PARITY=OUT swift test --filter TokenizerParity

TOKENIZER is a folder of tokenizer files or one of them; `oracles.py` tells how each is read. --trained adds small tokenizers of every
family, trained here. Every field of the .tsv files is a text, and so are COUNT generated ones. Needs tokenizers, transformers and
sentencepiece; `make parity-tokens` installs them and does all of it.
"""

import argparse
import json
import multiprocessing
import pathlib
import random

import oracles
import texts
import trained


def write(tokenizer, path, out, rows):
    """Writes the ids of all texts, some of them cut to a maximum."""
    tokenizer.no_padding()
    rng = random.Random(2)
    with open(out, "w", encoding="utf-8") as file:
        file.write(json.dumps({"file": str(pathlib.Path(path).resolve())}) + "\n")
        for text in rows:
            maximum = rng.choice([None, None, None, None, 2, 3, 8, 32])
            if maximum is None:
                tokenizer.no_truncation()
            else:
                tokenizer.enable_truncation(maximum)
            ids = tokenizer.encode(text).ids
            file.write(json.dumps({"text": text, "ids": ids, "maximum": maximum or 1 << 30}) + "\n")


def compare(job):
    """Writes one tokenizer's ids of the given texts and of the generated ones."""
    number, path, arguments, fields = job
    tokenizer = oracles.load(path)
    special = [token.content for token in tokenizer.get_added_tokens_decoder().values()][:20]
    rows = fields + list(texts.generated(arguments.generated, special))
    write(tokenizer, path, arguments.out / f"tokens-{number:02}.jsonl", rows)
    print(f"{path}: {len(rows)} texts", flush=True)


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
    paths = [file for path in arguments.tokenizers for file in oracles.files(path)]
    if arguments.trained:
        paths += trained.train(arguments.out / "trained")
    jobs = [(number, path, arguments, sorted(fields)) for number, path in enumerate(paths)]
    with multiprocessing.Pool() as pool:
        pool.map(compare, jobs, chunksize=1)


if __name__ == "__main__":
    main()
