"""Small tokenizers of every family and component, trained on generated texts: the same in every run."""

import io
import json
import random
import shutil

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import folders
import oracles
import texts

GPT2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
QWEN = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
GPT4O = (
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?|"
    r"\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+")
GPT4 = r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
DEEPSEEK = [
    r"\p{N}{1,3}", r"[一-龥぀-ゟ゠-ヿ]+",
    r"[!\"#$%&'()*+,\-./:;<=>?@\[\\\]^_`{|}~][A-Za-z]+|[^\r\n\p{L}\p{P}\p{S}]?[\p{L}\p{M}]+| ?[\p{P}\p{S}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+",
]


def corpus():
    rng = random.Random(3)
    lines = [kind(rng, ["<s>"]) for _ in range(1200) for kind in (texts.words, texts.latin, texts.latin, texts.numbers)]
    return [line.replace("\0", " ") for line in lines if line.strip()]


def train(folder, lines=None, size=1500, maps=("nmt_nfkc", "nmt_nfkc_cf")):
    """Writes a folder, or the file of a tokenizer.json alone, per tokenizer, and gives their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = lines or corpus()
    paths = models_of_sentencepiece(folder, lines, size, maps)
    loaded = [oracles.load(path).backend_tokenizer for path in paths]
    for path, tokenizer in list(zip(paths, loaded)):
        # What transformers would save as a tokenizer.json.
        saved = path.with_name(path.name + "-saved")
        saved.mkdir(exist_ok=True)
        tokenizer.save(str(saved / "tokenizer.json"))
        for file in path.glob("*.json"):
            shutil.copy(file, saved)
        paths.append(saved)
    for name, tokenizer in forms(lines, size, loaded[0], loaded[3]):
        paths.append(folder / f"{name}.json")
        tokenizer.save(str(paths[-1]))
    return paths


def models_of_sentencepiece(folder, lines, size, maps):
    paths = []

    def model(name, file, configuration, **options):
        writer = io.BytesIO()
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines), model_writer=writer, vocab_size=size, hard_vocab_limit=False, character_coverage=0.98,
            num_threads=1, minloglevel=2, **options)
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "tokenizer_config.json").write_text(json.dumps(configuration))
        (folder / name / file).write_bytes(folders.without_paths(writer.getvalue()))
        (folder / name / "config.json").write_text(json.dumps({"model_type": "deberta-v2" if name == "deberta" else name}))
        paths.append(folder / name)

    charsmap = lambda name: {"normalization_rule_tsv" if name.endswith(".tsv") else "normalization_rule_name": name}
    model("xlm-roberta", "sentencepiece.bpe.model", {"tokenizer_class": "XLMRobertaTokenizer"}, **charsmap(maps[0]))
    model("t5", "spiece.model", {"tokenizer_class": "T5Tokenizer", "extra_ids": 10}, pad_id=0, eos_id=1, unk_id=2, bos_id=-1,
          byte_fallback=True, **charsmap(maps[0]))
    model("deberta", "spm.model", {"tokenizer_class": "DebertaV2Tokenizer", "do_lower_case": False, "split_by_punct": False},
          pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]",
          **charsmap(maps[1]))
    model("llama", "tokenizer.model", {"tokenizer_class": "LlamaTokenizer", "add_bos_token": True, "add_eos_token": True},
          model_type="bpe", byte_fallback=True, normalization_rule_name="identity", remove_extra_whitespaces=False)
    model("gemma", "tokenizer.model", {"tokenizer_class": "GemmaTokenizer"}, model_type="bpe", byte_fallback=True, pad_id=0, eos_id=1,
          bos_id=2, unk_id=3, bos_piece="<bos>", eos_piece="<eos>", normalization_rule_name="identity", add_dummy_prefix=False,
          remove_extra_whitespaces=False, user_defined_symbols=["<mask>", "\n", "\n\n", "▁▁", "▁▁▁", "<start_of_turn>"])
    return paths


def pairs(lines, size, normalizer=None, splitter=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    if normalizer:
        tokenizer.normalizer = normalizer
    if splitter:
        tokenizer.pre_tokenizer = splitter
    suffix = {"end_of_word_suffix": options["end_of_word_suffix"]} if "end_of_word_suffix" in options else {}
    prefix = {"continuing_subword_prefix": options["continuing_subword_prefix"]} if "continuing_subword_prefix" in options else {}
    special = ["<unk>", "<s>", "</s>"]
    alphabet = pre_tokenizers.ByteLevel.alphabet() if "ByteLevel" in str(splitter) else []
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=size, special_tokens=special, initial_alphabet=alphabet, limit_alphabet=300, show_progress=False, **suffix, **prefix))
    if alphabet:
        tokenizer.decoder = decoders.ByteLevel()
    elif suffix:
        tokenizer.decoder = decoders.BPEDecoder(suffix="</w>")
    elif prefix:
        tokenizer.decoder = decoders.WordPiece(prefix="##")
    return tokenizer


def split(pattern, behavior="isolated", invert=False):
    return pre_tokenizers.Split(Regex(pattern), behavior, invert)


def forms(lines, size, unigram, llama_form):
    """A tokenizer for each component and combination that the families' files hold."""
    levels = lambda *steps: pre_tokenizers.Sequence([*steps, pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    yield "gpt2", pairs(lines, size, None, pre_tokenizers.ByteLevel(add_prefix_space=True))
    qwen = pairs(lines, size, normalizers.NFC(), levels(split(QWEN)))
    qwen.add_special_tokens(["<|endoftext|>", "<|im_start|>"])
    qwen.add_tokens([AddedToken("tool", single_word=True), AddedToken(" call ", lstrip=True, rstrip=True), AddedToken("Ünï", normalized=True)])
    yield "qwen2", qwen
    yield "gpt4o", pairs(lines, size, None, levels(split(GPT4O)))
    yield "deepseek", pairs(lines, size, None, levels(*map(split, DEEPSEEK)))
    yield "possessive", pairs(lines, size, None, levels(split(GPT4.replace(r"|\s++$", "").replace(r"{1,3}+", "{1,3}").replace("(?i:[sdmt]|", "(?i:s|d|m|t|"))))
    yield "suffix", pairs(lines, size, normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer(), unk_token="<unk>", end_of_word_suffix="</w>")
    yield "prefix", pairs(lines, size, normalizers.NFKC(), pre_tokenizers.Whitespace(), unk_token="<unk>", fuse_unk=True, continuing_subword_prefix="##")
    yield "nothing-unknown", pairs(lines, size, normalizers.NFKD(), pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Punctuation("merged_with_previous"), pre_tokenizers.Digits(True)]))
    yield "byte-normalizer", pairs(lines, size, normalizers.Sequence([normalizers.Nmt(), normalizers.ByteLevel()]), pre_tokenizers.Punctuation("contiguous"))
    for behavior in ["removed", "merged_with_previous", "merged_with_next", "contiguous"]:
        for invert in [False, True]:
            yield f"{behavior}-{invert}".lower(), pairs(lines, size, None, levels(split(r"\s+|[^\s\w]|\d", behavior, invert)))
    yield "classes", pairs(lines, size, None, levels(split(r"[^\S\n]|\W(?=\w)|\P{Ll}{2}|\p{^N}[\x41-\x5A\u00e9]*?[a-c\-.]|(?:ab?|[^a]){3,}|\t")))
    yield "digits", pairs(lines, size, None, levels(pre_tokenizers.Digits(False), pre_tokenizers.CharDelimiterSplit("-"), split(GPT2)))
    llama = json.loads(llama_form.to_str())
    for scheme in ["first", "always", "never"]:
        llama["pre_tokenizer"] = {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": scheme == "always"}
        llama["normalizer"] = None
        yield f"llama-{scheme}", Tokenizer.from_str(json.dumps(llama))
    llama["normalizer"] = {"type": "Strip", "strip_left": True, "strip_right": False}
    llama["pre_tokenizer"] = {"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "first", "split": True}]}
    yield "llama-strip", Tokenizer.from_str(json.dumps(llama))
    albert = json.loads(unigram.to_str())
    tokenizer = Tokenizer.from_str(json.dumps(albert))
    tokenizer.normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(),
        normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    yield "albert", tokenizer
    albert["model"]["byte_fallback"] = True
    albert["decoder"] = {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, albert["decoder"]]}
    albert["model"]["vocab"] += [[f"<0x{byte:02X}>", -20.0] for byte in range(256)]
    albert["pre_tokenizer"] = None
    albert["normalizer"] = {"type": "Replace", "pattern": {"Regex": "\\s{2,}|[\\n\\r\\t]"}, "content": " "}
    yield "unigram-bytes", Tokenizer.from_str(json.dumps(albert))
