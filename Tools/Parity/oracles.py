"""What a folder of tokenizer files means to `AutoTokenizer` of the package `transformers`."""

import gzip
import json
import os
import pathlib
import shutil
import tempfile

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import sentencepiece.sentencepiece_model_pb2 as sentencepiece_model  # noqa: E402
import transformers  # noqa: E402
from transformers.convert_slow_tokenizer import generate_merges  # noqa: E402

transformers.logging.set_verbosity_error()


def load(folder):
    """The tokenizer of a folder, all of whose files count."""
    return transformers.AutoTokenizer.from_pretrained(str(folder))


def load_files(files):
    """The tokenizer of files given by name and content."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in files.items():
            pathlib.Path(folder, name).write_bytes(content)
        return load(folder)


def encode(tokenizer, text, maximum=None):
    """A text's ids, cut to a maximum."""
    if maximum is None:
        return tokenizer(text)["input_ids"]
    return tokenizer(text, truncation=True, max_length=maximum)["input_ids"]


def encode_plainly(tokenizer, text):
    """A text's own ids, without the tokens around it."""
    return tokenizer(text, add_special_tokens=False)["input_ids"]


def decode(tokenizer, ids):
    """The text that ids stand for, without special tokens and with them."""
    return [tokenizer.decode(ids, skip_special_tokens=True), tokenizer.decode(ids, skip_special_tokens=False)]


def special_tokens(tokenizer):
    """The texts that stand for something other than themselves."""
    return [token.content for token in tokenizer.backend_tokenizer.get_added_tokens_decoder().values()]


def complete(folder, target):
    """Copies a folder that AutoTokenizer cannot read as it is, with the names and the configuration that it looks for.

    Some repositories hold a vocabulary alone. What encoder it is of, its names tell.
    """
    shutil.copytree(folder, target)
    for file in list(target.iterdir()):
        if file.name.endswith(("-vocab.json", "-merges.txt")):
            file.rename(target / file.name.split("-", 1)[1])
        if file.name.endswith(".txt.gz"):
            clip(file)
    if (target / "config.json").exists():
        return
    names = {file.name for file in target.iterdir()}
    kind = next((kind for name, kind in [
        ("tokenizer.json", None), ("vocab.txt", "bert"), ("sentencepiece.bpe.model", "xlm-roberta"), ("spm.model", "deberta-v2"),
        ("spiece.model", "t5")] if name in names), "")
    if kind == "" and "vocab.json" in names:
        vocabulary = json.loads((target / "vocab.json").read_text(encoding="utf-8"))
        kind = "clip" if "<|startoftext|>" in vocabulary else "roberta" if "<s>" in vocabulary else "gpt2"
    if kind == "" and "tokenizer_config.json" not in names:
        plain(target)
    (target / "config.json").write_text(json.dumps({"model_type": kind or "llama"}))


def plain(folder):
    """Makes the tokenizer.json of a SentencePiece model of pairs alone: what SentencePiece gives, after the token for the start."""
    (folder / "config.json").write_text(json.dumps({"model_type": "llama"}))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "LlamaTokenizer", "add_bos_token": True}))
    backend = load(folder).backend_tokenizer
    steps = json.loads(backend.to_str())
    blank = {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}
    steps["normalizer"] = {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, blank]}
    steps["pre_tokenizer"] = None
    # Merges by the pieces' scores, and none of bytes and controls, as SentencePiece has them.
    model = sentencepiece_model.ModelProto()
    model.ParseFromString((folder / "tokenizer.model").read_bytes())
    pieces = [(piece.piece, piece.score) for piece in model.pieces]
    ids = {piece: index for index, (piece, _) in enumerate(pieces)}
    skipped = {piece.piece for piece in model.pieces if piece.type in (2, 3, 6)}
    steps["model"]["merges"] = generate_merges(ids, pieces, skipped)
    (folder / "tokenizer.json").write_text(json.dumps(steps))
    (folder / "tokenizer_config.json").write_text(json.dumps({"tokenizer_class": "PreTrainedTokenizerFast"}))


def clip(path):
    """Writes vocab.json and merges.txt of OpenAI's file of merges."""
    merges = gzip.open(path).read().decode("utf-8").split("\n")[1:49152 - 256 - 2 + 1]
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters = [chr(byte) for byte in printable] + [chr(0x100 + index) for index in range(256 - len(printable))]
    tokens = characters + [character + "</w>" for character in characters] + [merge.replace(" ", "") for merge in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    (path.parent / "vocab.json").write_text(json.dumps({token: index for index, token in enumerate(tokens)}))
    (path.parent / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n", encoding="utf-8")
