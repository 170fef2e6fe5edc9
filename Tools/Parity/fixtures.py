"""Writes Fixtures/Tokenizers: small tokenizers with what the packages tokenizers and sentencepiece make of some texts.

    python Tools/Parity/fixtures.py

The same packages (their versions stand in expected.json) write the same files again. Needs what tokens.py needs.
"""

import json
import pathlib
import random
import shutil
import tempfile

import sentencepiece
import tokenizers
import transformers

import oracles
import texts
import trained

KEPT = [
    "xlm-roberta/sentencepiece.bpe.model", "deberta/tokenizer.json", "t5/spiece.model", "llama/tokenizer.model", "gemma/tokenizer.json",
    "qwen2.json", "gpt4o.json", "suffix.json", "prefix.json", "llama-first.json", "albert.json", "byte-normalizer.json",
]
# A small map of characters in place of SentencePiece's own, which takes a quarter of a megabyte.
RULES = {"A": "a", "É": "é", "e\u0301": "é", "ﬁ": "fi", "½": "1⁄2", "\t": " ", "\n": " ", "\r": " ", "\u00a0": " ", "\u3000": " ", "\u200b": "", "…": "..."}


def main():
    folder = pathlib.Path(__file__).parents[2] / "Fixtures" / "Tokenizers"
    shutil.rmtree(folder, ignore_errors=True)
    versions = {package.__name__: package.__version__ for package in (sentencepiece, tokenizers, transformers)}
    rng = random.Random(5)
    cases = []
    with tempfile.TemporaryDirectory() as temporary:
        work = pathlib.Path(temporary)
        rules = work / "rules.tsv"
        code = lambda text: " ".join(f"{ord(character):X}" for character in text)
        rules.write_text("".join(f"{code(key)}\t{code(value)}\n" for key, value in RULES.items()))
        trained.train(work / "made", size=420, maps=(str(rules), str(rules)))
        for name in KEPT:
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(work / "made" / name, target)
            if target.suffix == ".model":
                shutil.copy(work / "made" / name.split("/")[0] / "tokenizer_config.json", target.parent)
            tokenizer = oracles.load(target)
            if target.suffix == ".json":
                tokenizer.save(str(target), pretty=False)
            special = [token.content for token in tokenizer.get_added_tokens_decoder().values()][:8]
            rows = [text for text in (texts.KINDS[index % 10](rng, special) for index in range(60)) if len(text) < 200]
            cases.append({"file": name, "rows": [{"text": text, "ids": tokenizer.encode(text).ids} for text in rows]})
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    (folder / "expected.json").write_text(f'{{"versions": {json.dumps(versions)}, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
