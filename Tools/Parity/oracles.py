"""What tokenizers' files mean to the packages `tokenizers` and `transformers`."""

import gzip
import json
import pathlib
import types

import sentencepiece.sentencepiece_model_pb2 as sentencepiece_model
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors
from transformers import CLIPTokenizer, GPT2Tokenizer, Qwen2Tokenizer, RobertaTokenizer
from transformers.convert_slow_tokenizer import generate_merges


def files(path):
    """The files of a folder that a tokenizer can be made of, each by itself."""
    if path.is_file():
        return [path]
    found = []
    for pattern in ["tokenizer.json", "vocab.txt", "*vocab.json", "*.model", "*vocab*.txt.gz"]:
        found += sorted(path.glob(pattern))
    return found


def load(path):
    """The Tokenizer that a file stands for."""
    if path.name.endswith("vocab.json"):
        return pairs(path)
    if path.suffix == ".json":
        return Tokenizer.from_file(str(path))
    if path.suffix == ".gz":
        return clip(path)
    if path.suffix == ".model":
        return sentencepiece(path)
    return bert(path)


def configuration(path):
    file = path.parent / "tokenizer_config.json"
    return json.loads(file.read_text()) if file.exists() else {}


def bert(path):
    """The tokenizer that transformers makes of a vocab.txt."""
    config = configuration(path)
    ids = {line.rstrip("\n"): index for index, line in enumerate(open(path, encoding="utf-8", newline="\n"))}
    tokenizer = Tokenizer(models.WordPiece(ids, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(
        clean_text=True, handle_chinese_chars=config.get("tokenize_chinese_chars", True),
        strip_accents=config.get("strip_accents"), lowercase=config.get("do_lower_case", True))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.BertProcessing(("[SEP]", ids["[SEP]"]), ("[CLS]", ids["[CLS]"]))
    tokenizer.add_special_tokens(["[UNK]", "[SEP]", "[PAD]", "[CLS]", "[MASK]"])
    return tokenizer


def pairs(path):
    """The tokenizer that transformers makes of a vocab.json and its merges.txt."""
    vocabulary = json.loads(path.read_text(encoding="utf-8"))
    lines = path.with_name(path.name.replace("vocab.json", "merges.txt")).read_text(encoding="utf-8").split("\n")
    merges = [tuple(line.split(" ")) for line in lines if line and not line.startswith("#version")]
    name = configuration(path).get("tokenizer_class", "").removesuffix("Fast")
    if "<|startoftext|>" in vocabulary:
        return CLIPTokenizer(vocab=vocabulary, merges=merges)._tokenizer
    if "<s>" in vocabulary:
        # RoBERTa's mask has always taken the blank before it.
        mask = AddedToken("<mask>", lstrip=True, special=True)
        return RobertaTokenizer(vocab=vocabulary, merges=merges, mask_token=mask)._tokenizer
    kind = Qwen2Tokenizer if name == "Qwen2Tokenizer" else GPT2Tokenizer
    return kind(vocab=vocabulary, merges=merges)._tokenizer


def clip(path):
    """The tokenizer of OpenAI's file of merges."""
    merges = gzip.open(path).read().decode("utf-8").split("\n")[1:49152 - 256 - 2 + 1]
    merges = [tuple(merge.split()) for merge in merges]
    printable = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    characters = [chr(byte) for byte in printable] + [chr(0x100 + index) for index in range(256 - len(printable))]
    tokens = characters + [character + "</w>" for character in characters] + ["".join(merge) for merge in merges]
    tokens += ["<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={token: index for index, token in enumerate(tokens)}, merges=merges)._tokenizer


def sentencepiece(path):
    """The tokenizer of a SentencePiece model, put together as transformers converts the family's."""
    model = sentencepiece_model.ModelProto()
    model.ParseFromString(path.read_bytes())
    pieces = [(piece.piece, piece.score) for piece in model.pieces]
    config = configuration(path)
    if model.trainer_spec.model_type == 2:
        tokenizer = pair_pieces(model, pieces, config)
    else:
        tokenizer = unigram(path, model, pieces, config)
    # Controls and pieces given by the user are found in the text as they are.
    named = [piece for piece in model.pieces if piece.type in (2, 3, 4)]
    tokenizer.add_tokens([AddedToken(piece.piece, normalized=False, special=piece.type != 4) for piece in named])
    return tokenizer


def pair_pieces(model, pieces, config):
    ids = {piece: index for index, (piece, _) in enumerate(pieces)}
    skipped = {piece.piece for piece in model.pieces if piece.type in (2, 3, 6)}
    tokenizer = Tokenizer(models.BPE(
        ids, generate_merges(ids, pieces, skipped), unk_token=model.trainer_spec.unk_piece, fuse_unk=True,
        byte_fallback=model.trainer_spec.byte_fallback))
    steps = [normalizers.Prepend("▁")] if model.normalizer_spec.add_dummy_prefix else []
    tokenizer.normalizer = normalizers.Sequence(charsmap(model) + steps + [normalizers.Replace(" ", "▁")])
    first = [model.trainer_spec.bos_piece] if config.get("add_bos_token", True) else []
    last = [model.trainer_spec.eos_piece] if config.get("add_eos_token", False) else []
    tokenizer.post_processor = around(tokenizer, first, last)
    return tokenizer


def unigram(path, model, pieces, config):
    family = config.get("tokenizer_class", "")
    split = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    if family.startswith("XLMRoberta") or path.name == "sentencepiece.bpe.model":
        pieces = [("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), *pieces[3:], ("<mask>", 0.0)]
        tokenizer = Tokenizer(models.Unigram(pieces, 3, False))
        tokenizer.normalizer = normalizers.Sequence(charsmap(model))
        tokenizer.pre_tokenizer = split
        tokenizer.add_special_tokens(["<s>", "<pad>", "</s>", "<unk>", AddedToken("<mask>", lstrip=True, special=True)])
        tokenizer.post_processor = around(tokenizer, ["<s>"], ["</s>"])
    elif family.startswith("Deberta") or path.name == "spm.model":
        pieces += [] if any(piece == "[MASK]" for piece, _ in pieces) else [("[MASK]", 0.0)]
        tokenizer = Tokenizer(models.Unigram(pieces, model.trainer_spec.unk_id, model.trainer_spec.byte_fallback))
        lower = [normalizers.Lowercase()] if config.get("do_lower_case", False) else []
        tokenizer.normalizer = normalizers.Sequence(
            lower + [normalizers.Strip()] + charsmap(model) + [normalizers.Replace(Regex(" {2,}"), " ")])
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        tokenizer.add_special_tokens(["[PAD]", "[CLS]", "[SEP]", "[UNK]", "[MASK]"])
        tokenizer.post_processor = around(tokenizer, ["[CLS]"], ["[SEP]"])
    else:
        extra = [f"<extra_id_{index}>" for index in range(config.get("extra_ids", 100) - 1, -1, -1)]
        # Characters become bytes where the model says so, as in SentencePiece; transformers leaves that out.
        pieces += [(piece, 0.0) for piece in extra]
        tokenizer = Tokenizer(models.Unigram(pieces, model.trainer_spec.unk_id, model.trainer_spec.byte_fallback))
        tokenizer.normalizer = normalizers.Sequence(charsmap(model))
        tokenizer.pre_tokenizer = split
        tokenizer.add_special_tokens(extra)
        tokenizer.post_processor = around(tokenizer, [], [model.trainer_spec.eos_piece])
    return tokenizer


def charsmap(model):
    compiled = model.normalizer_spec.precompiled_charsmap
    return [normalizers.Precompiled(compiled)] if compiled else []


def around(tokenizer, first, last):
    return processors.TemplateProcessing(
        single=[*first, "$A", *last], special_tokens=[(token, tokenizer.token_to_id(token)) for token in first + last])
