"""Makes whole folders of small models of pictures and texts, as users have them, and the captions that `transformers` writes with them.

    python3 Tools/Parity/caption_folders.py FOLDER [--golden]

For each case FOLDER/<case> with configuration, weights, tokenizer and processor, read back by `AutoProcessor` and the model's class from
the folder alone, and FOLDER/<case>/expected.json: for each of FOLDER/pictures the numbers of the prompt's tokens and the caption,
greedy. `swift test` compares them with those of `Captioner` where IISAN_CAPTION_PARITY names the folder above FOLDER. --golden makes two
cases of the smallest models and pictures, which are committed as Fixtures/Captions/folders.

Requirements: torch, transformers (5.x), tokenizers, safetensors, num2words. Seen with torch 2.13 and transformers 5.23.
"""

import argparse
import json
import pathlib
import re
import sys

import tokenizers
import torch
import transformers
from tokenizers import decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.idefics3.image_processing_pil_idefics3 import Idefics3ImageProcessorPil
from transformers.models.llava_next.image_processing_pil_llava_next import LlavaNextImageProcessorPil
from transformers.models.llava_onevision.image_processing_pil_llava_onevision import LlavaOnevisionImageProcessorPil
from transformers.models.siglip.image_processing_pil_siglip import SiglipImageProcessorPil
from transformers.models.smolvlm.image_processing_pil_smolvlm import SmolVLMImageProcessorPil
from transformers.models.smolvlm.processing_smolvlm import DEFAULT_CHAT_TEMPLATE

from caption_models import CLIP, LLAMA, MISTRAL, PINPOINTS, QWEN, SIGLIP, SQUARES
from language_models import randomize
from tiles import picture

t = transformers
PROMPT = "Describe the picture in one sentence."
SENTENCES = ["USER: describe the picture in one sentence. ASSISTANT: a red mug, with stripes & dots!",
             "Das Bild zeigt einen grünen Hut; l'image montre un chapeau vert — 帽子", "[INST] what is this? [/INST] it's a cat's 12 bowls."]
# White space as Unicode has it: Python's own split takes some control characters for it too.
WHITE = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+")
SIZES = [(24, 24), (30, 61), (90, 33), (224, 160), (17, 100), (445, 300)]


# Processors of videos need torchvision, which nothing here uses.
t.ProcessorMixin.check_argument_for_proper_class = lambda self, name, value: None


def byte_level(specials):
    """A tokenizer of GPT-2's kind, without tokens around a text."""
    tokenizer = tokenizers.Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), special_tokens=["<|endoftext|>"])
    tokenizer.train_from_iterator(SENTENCES * 3, trainer)
    return finished(tokenizer, specials, eos_token="<|endoftext|>", pad_token="<|endoftext|>")


def pieces(specials):
    """A tokenizer of Llama's kind: blanks as a mark, bytes for what is unknown, a token at the start."""
    tokenizer = tokenizers.Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    trainer = trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>", "<s>", "</s>", *(f"<0x{value:02X}>" for value in range(256))])
    tokenizer.train_from_iterator([sentence.replace(" ", "▁") for sentence in SENTENCES * 3], trainer)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A", special_tokens=[("<s>", 1)])
    return finished(tokenizer, specials, bos_token="<s>", eos_token="</s>", unk_token="<unk>", pad_token="<unk>")


def finished(tokenizer, specials, **named):
    fast = t.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **named)
    fast.add_special_tokens({"additional_special_tokens": specials})
    return fast


def text(sizes, count):
    return dict(sizes, vocab_size=count, max_position_embeddings=2048)


def cases():
    """Name, class of the model, its configuration, processor, and the conversation with <image> in it."""
    sides = {"size": {"shortest_edge": 16}, "crop_size": {"height": 16, "width": 16}}
    square = {"size": {"height": 16, "width": 16}}
    llava = dict(patch_size=4, vision_feature_select_strategy="default", num_additional_image_tokens=1)

    words = pieces(["<image>"])
    yield "llava", t.LlavaForConditionalGeneration, t.LlavaConfig(
        vision_config=CLIP, text_config=text(LLAMA, len(words)), image_token_index=words.convert_tokens_to_ids("<image>")), t.LlavaProcessor(
        CLIPImageProcessorPil(**sides), words, **llava), f"USER: <image>\n{PROMPT} ASSISTANT:"
    yield "llava-next", t.LlavaNextForConditionalGeneration, t.LlavaNextConfig(
        vision_config=CLIP, text_config=text(MISTRAL, len(words)), image_token_index=words.convert_tokens_to_ids("<image>"),
        image_grid_pinpoints=PINPOINTS), t.LlavaNextProcessor(
        LlavaNextImageProcessorPil(**sides, image_grid_pinpoints=PINPOINTS), words, **llava), f"[INST] <image>\n{PROMPT} [/INST]"

    words = byte_level(["<|im_start|>", "<|im_end|>", "<image>", "<video>"])
    chat = f"<|im_start|>user <image>\n{PROMPT}<|im_end|><|im_start|>assistant\n"
    yield "llava-interleave", t.LlavaForConditionalGeneration, t.LlavaConfig(
        vision_config=SIGLIP, text_config=text(QWEN, len(words)), image_token_index=words.convert_tokens_to_ids("<image>"),
        vision_feature_layer=-1, vision_feature_select_strategy="full"), t.LlavaProcessor(
        SiglipImageProcessorPil(**square), words, **{**llava, "vision_feature_select_strategy": "full", "num_additional_image_tokens": 0}), chat
    yield "llava-onevision", t.LlavaOnevisionForConditionalGeneration, t.LlavaOnevisionConfig(
        vision_config=SIGLIP, text_config=text(QWEN, len(words)), image_token_index=words.convert_tokens_to_ids("<image>"),
        video_token_index=words.convert_tokens_to_ids("<video>"), image_grid_pinpoints=PINPOINTS), t.LlavaOnevisionProcessor(
        LlavaOnevisionImageProcessorPil(**square, image_grid_pinpoints=PINPOINTS), words, None,
        num_image_tokens=16, vision_feature_select_strategy="full"), chat

    marks = [f"<row_{row}_col_{column}>" for row in range(1, 7) for column in range(1, 7)]
    words = byte_level(["<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<image>", "<global-img>", *marks])
    sizes = {"size": {"longest_edge": 96}, "max_image_size": {"longest_edge": 24}}
    template = t.PreTrainedTokenizerFast.apply_chat_template
    turn = [{"role": "user", "content": [{"type": "image"}, {"type": "text", "text": PROMPT}]}]
    chat = template(words, turn, chat_template=DEFAULT_CHAT_TEMPLATE, tokenize=False, add_generation_prompt=True)
    for name, splits in [("one", False), ("tiles", True)]:
        yield f"idefics3-{name}", t.Idefics3ForConditionalGeneration, t.Idefics3Config(
            vision_config=SQUARES, text_config=text(LLAMA, len(words)), image_token_id=words.convert_tokens_to_ids("<image>"),
            scale_factor=3), t.Idefics3Processor(
            Idefics3ImageProcessorPil(**sizes, do_image_splitting=splits), words, image_seq_len=4), chat
        yield f"smolvlm-{name}", t.SmolVLMForConditionalGeneration, t.SmolVLMConfig(
            vision_config=SQUARES, text_config=text(LLAMA, len(words)), image_token_id=words.convert_tokens_to_ids("<image>"),
            scale_factor=2, tie_word_embeddings=True), t.SmolVLMProcessor(
            SmolVLMImageProcessorPil(**sizes, do_image_splitting=splits), words, None, image_seq_len=9), chat


GOLDEN = ["llava", "smolvlm-tiles"]


def shrunk(configuration):
    """The configuration of a case with the smallest parts that it can have."""
    sizes = dict(hidden_size=8, num_hidden_layers=2, num_attention_heads=2, intermediate_size=8)
    for part in (configuration.vision_config, configuration.text_config):
        for key, value in sizes.items():
            setattr(part, key, value)
    configuration.text_config.num_key_value_heads = 1
    configuration.text_config.head_dim = 4
    return configuration


def write(folder, name, kind, configuration, processor, conversation):
    """Writes a case; weights are drawn until the captions are texts, and not all the same."""
    for attempt in range(200):
        captions = drawn(folder, name, kind, configuration, processor, conversation, sum(map(ord, name)) + 1000 * attempt)
        if all(captions) and "\ufffd" not in "".join(captions) and len(set(captions)) > 1:
            return
    raise SystemExit(f"{name}: no weights gave captions that can be compared")


def drawn(folder, name, kind, configuration, processor, conversation, seed):
    torch.manual_seed(seed)
    model = kind(configuration).eval()
    randomize(model)
    with torch.no_grad():
        head = model.get_output_embeddings().weight
        # Pictures' tokens and marks are never written.
        head[processor.tokenizer.backend_tokenizer.get_vocab_size(with_added_tokens=False):] = 0
    end = processor.tokenizer.eos_token_id
    model.generation_config = t.GenerationConfig(eos_token_id=end, pad_token_id=0)
    place = folder / name
    model.save_pretrained(place)
    if getattr(processor, "video_processor", 0) is None:
        # In the files of before.
        processor.image_processor.save_pretrained(place)
        processor.tokenizer.save_pretrained(place)
    else:
        processor.save_pretrained(place)
    model = kind.from_pretrained(place, dtype=torch.float32).eval()
    rows = []
    for file in sorted((folder / "pictures").iterdir()):
        image = transformers.image_utils.load_image(str(file))
        inputs = processor(images=[image], text=[conversation], return_tensors="pt")
        with torch.no_grad():
            tokens = model.generate(**inputs, do_sample=False, max_new_tokens=24)[0, inputs["input_ids"].shape[1]:]
        caption = processor.tokenizer.decode(tokens, skip_special_tokens=True)
        rows.append({"picture": file.name, "prompt": inputs["input_ids"][0].tolist(), "caption": " ".join(WHITE.split(caption)).strip(" ")})
    (place / "expected.json").write_text(json.dumps(rows, indent=1, ensure_ascii=False) + "\n")
    print(name, "prompts of", [len(row["prompt"]) for row in rows], file=sys.stderr)
    return [row["caption"] for row in rows]


def main():
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--golden", action="store_true")
    options = parser.parse_args()
    (options.folder / "pictures").mkdir(parents=True, exist_ok=True)
    for number, (height, width) in enumerate(SIZES[:3] if options.golden else SIZES):
        picture(height, width).save(options.folder / "pictures" / f"{number}.png")
    names = []
    for name, kind, configuration, *case in cases():
        if options.golden and name not in GOLDEN:
            continue
        write(options.folder, name, kind, shrunk(configuration) if options.golden else configuration, *case)
        names.append(name)
    (options.folder / "cases.json").write_text(json.dumps(sorted(names), indent=1) + "\n")


if __name__ == "__main__":
    main()
