"""Writes Fixtures/Tokenizers: small tokenizers with what the packages transformers, tokenizers and sentencepiece make of some texts.

    python Tools/Parity/fixtures.py

The same packages (their versions stand in the files) write the same files again. Needs what tokens.py needs.
"""

import base64
import json
import pathlib
import random
import shutil
import tempfile

import sentencepiece
import tokenizers
import transformers

import folders
import oracles
import texts
import trained

KEPT = [
    "xlm-roberta/sentencepiece.bpe.model", "deberta-saved/tokenizer.json", "t5/spiece.model", "llama/tokenizer.model",
    "gemma-saved/tokenizer.json",
    "qwen2.json", "gpt4o.json", "suffix.json", "prefix.json", "llama-first.json", "albert.json", "byte-normalizer.json",
]
# A small map of characters in place of SentencePiece's own, which takes a quarter of a megabyte.
RULES = {"A": "a", "É": "é", "e\u0301": "é", "ﬁ": "fi", "½": "1⁄2", "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "\u200b": "", "…": "..."}
MAXIMUM = 7
# Ids to decode: of every vocabulary some are too large.
DRAWN = [[random.Random(seed).choice(range(1000 if index % 6 == 5 else 400)) for index in range(24)] for seed in range(6)]


def versions():
    return {package.__name__: package.__version__ for package in (sentencepiece, tokenizers, transformers)}


def rules_file(folder):
    """The map of characters as SentencePiece reads it."""
    code = lambda text: " ".join(f"{ord(character):X}" for character in text)
    file = folder / "rules.tsv"
    file.write_text("".join(f"{code(key)}\t{code(value)}\n" for key, value in RULES.items()))
    return str(file)


def single_files(folder):
    """Writes tokenizers of one file each, and expected.json."""
    rng = random.Random(5)
    cases = []
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        rules = rules_file(work)
        trained.train(work / "made", size=420, maps=(rules, rules))
        for name in KEPT:
            source = work / "made" / name
            kept = name.replace("-saved", "")
            target = folder / kept
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
            if target.suffix == ".model":
                shutil.copy(source.parent / "tokenizer_config.json", target.parent)
                tokenizer = oracles.load(source.parent)
                special, encode, size = oracles.special_tokens(tokenizer), lambda text: oracles.encode(tokenizer, text), len(tokenizer)
            else:
                raw = tokenizers.Tokenizer.from_file(str(source))
                raw.save(str(target), pretty=False)
                special, size = [token.content for token in raw.get_added_tokens_decoder().values()], raw.get_vocab_size()
                tokenizer = raw
                encode = lambda text: raw.encode(text).ids
            rows = [text for text in (texts.KINDS[index % 10](rng, special[:8]) for index in range(60)) if len(text) < 200]
            lots = random.Random(11)
            drawn = [[lots.randrange(size + 2) for _ in range(lots.randint(1, 20))] for _ in range(30)]
            decoded = lambda ids: dict(zip(["skipped", "kept"], oracles.decode(tokenizer, ids)))
            cases.append({
                "file": kept, "rows": [{"text": text, "ids": encode(text)} | decoded(encode(text)) for text in rows],
                "drawn": [{"ids": ids} | decoded(ids) for ids in drawn]})
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    (folder / "expected.json").write_text(f'{{"versions": {json.dumps(versions())}, "cases": [\n{lines}\n]}}\n')


def write_folders(path):
    """Writes whole folders, each setting of which is changed once, with the ids that AutoTokenizer gives; none where it fails."""
    bases, cases, lists, places = {}, [], [], {}
    strings = {}

    def place(ids):
        key = json.dumps(ids)
        if key not in places:
            places[key] = len(lists)
            lists.append(key)
        return places[key]

    with tempfile.TemporaryDirectory() as temporary:
        for base, kind, key, files in folders.folders(oracles.load_files, rules_file(pathlib.Path(temporary))):
            if key is None:
                bases[base] = files
            try:
                tokenizer = oracles.load_files(folders.whole(bases[base] | files))
                ids = [place(oracles.encode(tokenizer, text)) for text in folders.TEXTS]
                cut = [place(oracles.encode(tokenizer, text, MAXIMUM)) for text in folders.TEXTS]
                plain = [place(oracles.encode_plainly(tokenizer, text)) for text in folders.TEXTS]
                decoded = [strings.setdefault(text, len(strings)) for row in [lists[index] for index in ids] + list(map(json.dumps, DRAWN))
                           for text in oracles.decode(tokenizer, json.loads(row))]
            except Exception:
                ids = cut = plain = decoded = None
            changes = {} if key is None else {name: content.decode() for name, content in files.items()}
            cases.append({"base": base, "kind": kind, "key": key, "files": changes, "ids": ids, "cut": cut, "plain": plain, "decoded": decoded})
    coded = {name: {file: base64.b64encode(content).decode() for file, content in files.items()} for name, files in bases.items()}
    rows = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    written = ",\n".join(f"{json.dumps(name)}: {json.dumps(files)}" for name, files in coded.items())
    path.write_text(
        f'{{"versions": {json.dumps(versions())}, "texts": {json.dumps(folders.TEXTS)}, "maximum": {MAXIMUM}, "drawn": {json.dumps(DRAWN)},\n"bases": {{\n{written}\n}},\n'
        f'"cases": [\n{rows}\n],\n"lists": [{",".join(lists)}],\n"strings": {json.dumps(list(strings))}}}\n')


def main():
    folder = pathlib.Path(__file__).parents[2] / "Fixtures" / "Tokenizers"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    single_files(folder)
    write_folders(folder / "folders.json")


if __name__ == "__main__":
    main()
