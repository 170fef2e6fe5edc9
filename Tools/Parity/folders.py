"""Small folders of tokenizers as users have them: each class, by `tokenizer.json` and by its older files, with each setting changed.

A folder is a dictionary of files' contents; a file whose name ends with "+" holds keys that replace those of the file of that name.
What a folder means, `AutoTokenizer` says.
"""

import io
import json

import sentencepiece
import sentencepiece.sentencepiece_model_pb2 as sentencepiece_model
from tokenizers import Tokenizer, models, pre_tokenizers, trainers

CORPUS = [
    "the shoes of the brand cost a price", "The Toy Story 1995 don't tell", "naïve café CAFÉ été", "日本 語 日本語", "hello world, hello!",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z", "A B C D E F G H I J K L M N O P Q R S T U V W X Y Z", "0 1 2 3 4 5 6 7 8 9 . , ! ? ' - [ ] < > / |",
]
TEXTS = [
    "", "The [BRAND] shoes  cost [price] 3.5!", " [MASK] a<mask> b [PRICE][brand]", "日本語 don't CAFÉ e\u0301té", "HELLO <s>x</s> <bos>[CLS][SEP]",
    "hello\n\tworld <|endoftext|>  <|startoftext|><extra_id_1>", "x[X]y [Y] [Z]z zeta TOKTOK toktok  ",
]
TOKENS = {
    "BertTokenizer": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
    "RobertaTokenizer": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
    "GPT2Tokenizer": ["<|endoftext|>"],
    "CLIPTokenizer": ["<|startoftext|>", "<|endoftext|>"],
    "Qwen2Tokenizer": ["<|endoftext|>", "<|im_start|>"],
}
# A value for each key of tokenizer_config.json that may change the tokens, with the classes that read it.
READ = {
    "do_lower_case": [True, False], "strip_accents": [True, False], "tokenize_chinese_chars": [False], "add_prefix_space": [True, False],
    "legacy": [True], "split_by_punct": [True], "unk_id": [2], "extra_ids": [3], "add_bos_token": [True, False], "add_eos_token": [True, False],
    "bos_token": ["a", {"__type": "AddedToken", "content": "b", "lstrip": True, "normalized": False}, None], "eos_token": ["c", "[NEW]"],
    "unk_token": ["e"], "sep_token": ["f"], "pad_token": ["[X]"], "cls_token": ["g"],
    "mask_token": ["[X]", {"__type": "AddedToken", "content": "[X]", "lstrip": True, "rstrip": True, "normalized": False, "special": True}],
    "image_token": ["[X]"], "truncation_side": ["left", "right"], "split_special_tokens": [True],
    "additional_special_tokens": [["[X]", "[Y]"]], "extra_special_tokens": [["[X]"], {"video_token": "[Y]"}, []],
    "model_specific_special_tokens": [{"own_token": "[Z]"}], "clean_up_tokenization_spaces": [True, None],
    "added_tokens_decoder": [
        {}, {"900": {"content": "[X]", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True},
             "700": {"content": "tok", "lstrip": False, "normalized": True, "rstrip": False, "single_word": False, "special": False},
             "800": {"content": "zeta", "lstrip": True, "normalized": False, "rstrip": True, "single_word": True, "special": False}}],
}
# Blanks go even from the text of tokens that are pairs.
FORCED = "clean_up_tokenization_spaces_for_bpe_even_though_it_will_corrupt_output"
# Models of pictures and text, whose names have no class or one that transformers does not trust.
MODELS = ["llava", "llava_next", "llava_onevision", "idefics3", "smolvlm"]
WITHOUT_EFFECT = {
    "backend": "tokenizers", "chat_control_tokens": ["[X]"], "chat_template": "{{ x }}", "clean_text": False,
    "config": "[X]", "device_map": "cpu", "do_basic_tokenize": False, "errors": "strict", "files_loaded": ["x"], "from_slow": True,
    "is_local": True, "keep_accents": True, "local_files_only": True, "max_len": 3, "max_length": 3, "model_input_names": ["input_ids"],
    "model_max_length": 3, "name_or_path": "other", "never_split": ["shoes"], "pad_to_multiple_of": 8, "pad_token_type_id": 1, "padding_side": "left",
    "processor_class": "CLIPProcessor", "remove_space": False, "response_schema": {}, "response_template": "x", "revision": "x",
    "return_token_type_ids": True, "sp_model_kwargs": {"enable_sampling": True}, "spaces_between_special_tokens": True,
    "special_tokens_map_file": "other.json", "stride": 2, "tokenizer_file": "other.json", "transformers_version": "4.0.0", "trim_offsets": False,
    "truncation_strategy": "only_second", "use_default_system_prompt": True, "use_fast": False, "verbose": True, "vocab_file": "other.txt",
    "merges_file": "other.txt", "vocab_type": "spm", "wordpieces_prefix": "@@",
}
DECODERS = [
    {"type": "WordPiece", "prefix": "▁", "cleanup": True}, {"type": "WordPiece", "prefix": "", "cleanup": False}, {"type": "BPEDecoder", "suffix": "e"},
    {"type": "BPEDecoder", "suffix": ""}, {"type": "Metaspace", "replacement": "o", "prepend_scheme": "first", "split": False}, {"type": "Fuse"},
    {"type": "Sequence", "decoders": [{"type": "ByteFallback"}, {"type": "Strip", "content": "<", "start": 2, "stop": 0}, {"type": "ByteLevel"}]},
    {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"Regex": "[a-e]+"}, "content": "é "}, {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never"}]},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
]
MAPS = [
    {"additional_special_tokens": ["[BRAND]"]}, {"extra_special_tokens": ["[BRAND]", {"content": "[X]", "lstrip": True}]},
    {"mask_token": {"content": "[X]", "lstrip": True, "rstrip": False, "normalized": False, "single_word": False}},
    {"cls_token": "g", "bos_token": "a", "eos_token": {"content": "c"}}, {"pad_token": None, "truncation_side": "left"},
]


def whole(files):
    """The files with what replaces their keys put in."""
    result = {name: content for name, content in files.items() if not name.endswith("+")}
    for name, content in files.items():
        if name.endswith("+"):
            result[name[:-1]] = dumps(json.loads(result[name[:-1]]) | json.loads(content))
    return result


def dumps(value):
    return json.dumps(value, ensure_ascii=False).encode()


def words(kind):
    """A vocabulary and merges of byte pairs, or the lines of a vocabulary of words' pieces."""
    special = TOKENS[kind]
    if kind == "BertTokenizer":
        pieces = ["the", "shoes", "cost", "brand", "price", "toy", "story", "hello", "world", "cafe", "café", "ete", "naive", "don", "日", "本", "日本", "Hello", "The"]
        letters = [chr(c) for c in range(0x21, 0x7F)] + ["é", "ï"]
        return special + pieces + [c for c in letters if c not in pieces] + ["##" + c for c in letters if c.isalnum()] + ["##ok", "##本"], None
    suffix = {"end_of_word_suffix": "</w>"} if kind == "CLIPTokenizer" else {}
    tokenizer = Tokenizer(models.BPE(**suffix))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    lines = [line.lower() for line in CORPUS] if suffix else CORPUS
    tokenizer.train_from_iterator(lines, trainers.BpeTrainer(
        vocab_size=700 if suffix else 330, special_tokens=special if kind != "GPT2Tokenizer" else [], initial_alphabet=alphabet, show_progress=False, **suffix))
    model = json.loads(tokenizer.to_str())["model"]
    vocabulary = model["vocab"]
    if suffix:
        for character in alphabet:
            vocabulary.setdefault(character + "</w>", len(vocabulary))
    if kind == "GPT2Tokenizer":
        vocabulary["<|endoftext|>"] = len(vocabulary)
    return vocabulary, [" ".join(pair) for pair in model["merges"]]


def pieces(**options):
    writer = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS), model_writer=writer, vocab_size=options.pop("size", 120), hard_vocab_limit=False, num_threads=1, minloglevel=2,
        **options)
    return without_paths(writer.getvalue())


def without_paths(content):
    """A model without the names of this machine's files, which differ from run to run."""
    model = sentencepiece_model.ModelProto()
    model.ParseFromString(content)
    model.normalizer_spec.ClearField("normalization_rule_tsv")
    return model.SerializeToString()


def older(rules):
    """The folders' vocabularies in their older forms, by class and kind of model."""
    lines, _ = words("BertTokenizer")
    yield "bert", "BertTokenizer", "bert", {"vocab.txt": "\n".join(lines).encode() + b"\n"}
    for name, kind, model in [("roberta", "RobertaTokenizer", "roberta"), ("gpt2", "GPT2Tokenizer", "gpt2"), ("clip", "CLIPTokenizer", "clip"),
                              ("qwen2", "Qwen2Tokenizer", "qwen2")]:
        vocabulary, merges = words(kind)
        yield name, kind, model, {"vocab.json": dumps(vocabulary), "merges.txt": ("#version: 0.2\n" + "\n".join(merges) + "\n").encode()}
    mapped = {"normalization_rule_tsv": rules}
    llama = pieces(model_type="bpe", byte_fallback=True, size=360, normalization_rule_name="identity", remove_extra_whitespaces=False, user_defined_symbols=["[Z]"])
    gemma = pieces(model_type="bpe", byte_fallback=True, size=360, normalization_rule_name="identity", add_dummy_prefix=False, remove_extra_whitespaces=False,
                   pad_id=0, eos_id=1, bos_id=2, unk_id=3, bos_piece="<bos>", eos_piece="<eos>", user_defined_symbols=["<mask>", "\n", "▁▁"])
    deberta = dict(pad_id=0, bos_id=1, eos_id=2, unk_id=3, pad_piece="[PAD]", bos_piece="[CLS]", eos_piece="[SEP]", unk_piece="[UNK]")
    yield "llama", "LlamaTokenizer", "llama", {"tokenizer.model": llama}
    yield "gemma", "GemmaTokenizer", "gemma", {"tokenizer.model": gemma}
    yield "xlm-roberta", "XLMRobertaTokenizer", "xlm-roberta", {"sentencepiece.bpe.model": pieces(**mapped)}
    yield "deberta-v2", "DebertaV2Tokenizer", "deberta-v2", {"spm.model": pieces(**deberta, **mapped)}
    yield "t5", "T5Tokenizer", "t5", {"spiece.model": pieces(pad_id=0, eos_id=1, unk_id=2, bos_id=-1, byte_fallback=True, size=360, **mapped)}
    yield "mistral", "TokenizersBackend", "mistral", {"tokenizer.model": llama}
    yield "general", "TokenizersBackend", "mistral", {"tokenizer.model": pieces(byte_fallback=True, size=360, **mapped)}


def folders(load, rules):
    """Gives (base, class, change, files): base folders with change None, then each with one change, whose files come over the base's.

    load: gives the tokenizer of a dictionary of files. rules: a file of SentencePiece's rules for characters.
    """
    for name, kind, model, files in older(rules):
        files |= {"config.json": dumps({"model_type": model})}
        settings = {} if kind == "TokenizersBackend" else {"tokenizer_class": kind}
        bases = [(name, files, settings)]
        saved = json.loads(load(files | {"tokenizer_config.json": dumps(settings)}).backend_tokenizer.to_str())
        kept = {"config.json": files["config.json"]}
        bases.append((name + "-json", kept | {"tokenizer.json": dumps(saved)}, settings or {"tokenizer_class": "PreTrainedTokenizerFast"}))
        for base, files, settings in bases:
            config = lambda more: {"tokenizer_config.json": dumps(settings | more)}
            yield base, kind, None, files | config({})
            for key, values in READ.items():
                for value in values:
                    yield base, kind, key, config({key: value})
            for forced in [True, False]:
                yield base, kind, FORCED, config({"clean_up_tokenization_spaces": True, FORCED: forced})
            for model in MODELS:
                yield base, kind, "model_type", {"config.json": dumps({"model_type": model})}
            yield base, kind, "without-effect", config(WITHOUT_EFFECT)
            yield base, kind, "both-special", config({"additional_special_tokens": ["[X]"], "extra_special_tokens": ["[Y]"]})
            for number, entry in enumerate(MAPS):
                added = {"added_tokens.json": dumps({"[BRAND]": 905, "[X]": 904, "tok": 903})} if number % 2 == 0 else {}
                yield base, kind, "special_tokens_map.json", config({}) | {"special_tokens_map.json": dumps(entry)} | added
            yield base, kind, "added_tokens.json", config({"mask_token": "[X]"}) | {"added_tokens.json": dumps({"[price]": 901, "[X]": 902, "the": 903})}
            for other in ["PreTrainedTokenizerFast", kind + "Fast", "UnknownTokenizer", "BertTokenizerFast", "LlamaTokenizerFast", "RobertaTokenizer"]:
                yield base, kind, "tokenizer_class", {"tokenizer_config.json": dumps({"tokenizer_class": other})}
            yield base, kind, "no-class", {"tokenizer_config.json": dumps({})}
            if "tokenizer.json" in files:
                for change in [
                    {"truncation": {"direction": "Left", "max_length": 6, "strategy": "LongestFirst", "stride": 0}},
                    {"truncation": {"direction": "Right", "max_length": 6, "strategy": "LongestFirst", "stride": 0}}, {"post_processor": None},
                    {"padding": {"strategy": {"Fixed": 20}, "direction": "Right", "pad_to_multiple_of": None, "pad_id": 0, "pad_type_id": 0, "pad_token": "a"}},
                    {"normalizer": {"type": "Lowercase"}}, {"normalizer": None}, {"pre_tokenizer": {"type": "Whitespace"}}, {"decoder": None}, *({"decoder": decoder} for decoder in DECODERS),
                    {"added_tokens": saved["added_tokens"] + [
                        {"id": 990, "content": "[X]", "single_word": False, "lstrip": True, "rstrip": False, "normalized": False, "special": True},
                        {"id": 980, "content": "tok", "single_word": False, "lstrip": False, "rstrip": False, "normalized": True, "special": False}]},
                ]:
                    yield base, kind, "tokenizer.json", {"tokenizer.json+": dumps(change)}
                decoder = config({"added_tokens_decoder": READ["added_tokens_decoder"][1]})
                yield base, kind, "tokenizer.json", {"tokenizer.json+": dumps({"added_tokens": []})} | decoder
