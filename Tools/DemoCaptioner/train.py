"""Trains the demo's captioner: LLaVA's form over the demo's picture encoder, which stays as it is, with a small Llama.

    python3 train.py --worlds worlds/101 worlds/102 --image ../../Examples/Demo/encoders/image --output ../../Examples/Demo/encoders/captions
"""

import argparse
import pathlib
import sys
import time

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    AutoConfig, AutoImageProcessor, AutoModel, GenerationConfig, LlamaConfig, LlavaConfig, LlavaForConditionalGeneration,
    LlavaProcessor, PreTrainedTokenizerFast)

from captions import caption, shown

sys.path.append(str(pathlib.Path(__file__).resolve().parent.parent / "DemoEncoders"))
from heads import schedule  # noqa: E402
from worlds import World  # noqa: E402

SPECIAL = ["<pad>", "<s>", "</s>", "<image>"]
# The command's own prompt; the others keep the model from leaning on its words.
PROMPTS = ["Describe the picture in one sentence.", "What does the picture show?", "Write a caption of this picture."]
TEMPLATE = "USER: <image>\n{prompt} ASSISTANT:"
CHAT = (
    "{% for message in messages %}{{ message['role'].upper() + ': ' }}"
    "{% for part in message['content'] if part['type'] == 'image' %}{{ '<image>\n' }}{% endfor %}"
    "{% for part in message['content'] if part['type'] == 'text' %}{{ part['text'] + ' ' }}{% endfor %}"
    "{% endfor %}{% if add_generation_prompt %}{{ 'ASSISTANT:' }}{% endif %}")


def learn_tokens(sentences, size):
    """A byte-level BPE vocabulary of the sentences; any other text can be written with it too, byte by byte."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    tokenizer.train_from_iterator(sentences, trainers.BpeTrainer(vocab_size=size, special_tokens=SPECIAL, initial_alphabet=alphabet))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", SPECIAL.index("<s>"))])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="<pad>", bos_token="<s>", eos_token="</s>",
        extra_special_tokens={"image_token": "<image>"}, clean_up_tokenization_spaces=False, model_max_length=256)


def new_model(image, tokenizer):
    """The encoder's tower, rounded as it will be written, and a projector and a Llama of random numbers."""
    number = {name: tokenizer.convert_tokens_to_ids(name) for name in SPECIAL}
    text = LlamaConfig(
        vocab_size=len(tokenizer), hidden_size=128, intermediate_size=256, num_hidden_layers=3, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=256, rms_norm_eps=1e-5, bos_token_id=number["<s>"],
        eos_token_id=number["</s>"], pad_token_id=number["<pad>"])
    vision = AutoConfig.from_pretrained(image)
    vision.name_or_path, vision.dtype = "", "bfloat16"
    config = LlavaConfig(
        vision_config=vision, text_config=text, image_token_index=number["<image>"], image_seq_length=64,
        vision_feature_layer=-2, vision_feature_select_strategy="default", pad_token_id=number["<pad>"],
        tie_word_embeddings=False)
    model = LlavaForConditionalGeneration(config)
    tower = AutoModel.from_pretrained(image, add_pooling_layer=False)
    model.model.vision_tower.load_state_dict(tower.state_dict(), strict=False)
    model.model.vision_tower.requires_grad_(False).bfloat16().float()
    model.generation_config = GenerationConfig(
        bos_token_id=number["<s>"], eos_token_id=number["</s>"], pad_token_id=number["<pad>"], max_new_tokens=40, do_sample=False)
    return model


@torch.inference_mode()
def read_pictures(model, processor, worlds, batch=256):
    """What the tower says of each patch, once for all epochs: [pictures, 64, 64]."""
    parts = []
    for world in worlds:
        for pictures in world.pictures().split(batch):
            pixels = processor(list(pictures), return_tensors="pt")["pixel_values"]
            states = model.model.vision_tower(pixel_values=pixels, output_hidden_states=True).hidden_states
            parts.append(states[model.config.vision_feature_layer][:, 1:].clone())
    return torch.cat(parts)


class Lessons:
    """Pictures' states and the tokens of their captions."""

    def __init__(self, states, sentences, tokenizer, patches):
        self.states, self.tokenizer = states, tokenizer
        coded = tokenizer([" " + text + tokenizer.eos_token for text in sentences], add_special_tokens=False)["input_ids"]
        longest = max(map(len, coded))
        pad = tokenizer.pad_token_id
        self.answers = torch.tensor([tokens + [pad] * (longest - len(tokens)) for tokens in coded])
        expanded = TEMPLATE.replace("<image>", "<image>" * patches)
        self.prompts = [torch.tensor(tokenizer(expanded.format(prompt=prompt))["input_ids"]) for prompt in PROMPTS]

    def prompt(self):
        """The command's prompt in most lessons, else one of the others."""
        return self.prompts[0] if torch.rand(()) < 0.7 else self.prompts[int(torch.randint(1, len(self.prompts), ()))]

    def loss(self, model, chosen, prompt):
        """The cross entropy of the captions' tokens after the pictures and a prompt."""
        answers = self.answers[chosen]
        answers = answers[:, : int((answers != self.tokenizer.pad_token_id).sum(1).max())]
        tokens = torch.cat([prompt.expand(len(chosen), -1), answers[:, :-1]], dim=1)
        embedded = model.get_input_embeddings()(tokens)
        seen = model.model.multi_modal_projector(self.states[chosen])
        embedded = embedded.masked_scatter((tokens == model.config.image_token_index).unsqueeze(-1), seen)
        # No mask: captions end with padding, which nothing before it reads.
        states = model.model.language_model(inputs_embeds=embedded, use_cache=False).last_hidden_state[:, len(prompt) - 1:]
        return torch.nn.functional.cross_entropy(
            model.lm_head(states).flatten(0, 1), answers.flatten(), ignore_index=self.tokenizer.pad_token_id)


@torch.inference_mode()
def probe(model, lessons, count=1000):
    """The loss of some lessons: what rounding the weights changes shows in it."""
    return lessons.loss(model, torch.arange(count), lessons.prompts[0]).item()


def train(arguments):
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    worlds = [World(folder) for folder in arguments.worlds]
    sentences = [caption(item) for world in worlds for item in shown(world)]
    forms = [TEMPLATE.replace("<image>", "").format(prompt=prompt) for prompt in PROMPTS]
    tokenizer = learn_tokens([form + " " + text for form in forms for text in sentences[::7]], arguments.vocabulary)
    model = new_model(arguments.image, tokenizer)
    pictures = AutoImageProcessor.from_pretrained(arguments.image)
    start = time.time()
    states = read_pictures(model, pictures, worlds)
    print(f"{len(states)} pictures read, {time.time() - start:.0f} s", flush=True)
    lessons = Lessons(states, sentences, tokenizer, model.config.image_seq_length)
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=arguments.rate, weight_decay=0.01)
    batches = len(states) // arguments.batch
    falling = schedule(optimizer, arguments.epochs * batches)
    for epoch in range(arguments.epochs):
        order = torch.randperm(len(states))
        total = 0.0
        for number, batch in enumerate(order[: batches * arguments.batch].view(batches, arguments.batch)):
            loss = lessons.loss(model, batch, lessons.prompt())
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            falling.step()
            total += loss.item()
            if number % 50 == 49:
                print(epoch, number + 1, round(total / (number + 1), 4), round(loss.item(), 4), f"{time.time() - start:.0f} s", flush=True)
    before = probe(model, lessons)
    # The form has a pooler, the encoder none: numbers that nobody reads, zero so that they are always the same.
    for weight in model.model.vision_tower.pooler.parameters():
        weight.data.zero_()
    model.bfloat16().save_pretrained(arguments.output)
    print(f"loss {before:.5f}, of the rounded weights {probe(model.float(), lessons):.5f}")
    LlavaProcessor(
        pictures, tokenizer, patch_size=model.config.vision_config.patch_size, vision_feature_select_strategy="default",
        chat_template=CHAT, num_additional_image_tokens=1).save_pretrained(arguments.output)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="+", required=True)
    parser.add_argument("--image", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--vocabulary", type=int, default=400)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--batch", type=int, default=48)
    parser.add_argument("--rate", type=float, default=2e-3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())
