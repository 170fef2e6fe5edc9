"""Trains the demo's text encoder: a small BERT that fills in masked words of titles of other worlds and names what they say.

    python3 train_text.py --worlds worlds/103 --output ../../Examples/Demo/encoders/text
"""

import argparse
import pathlib
import time

import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
from transformers import BertConfig, BertForMaskedLM, BertTokenizerFast

from heads import Heads, schedule
from worlds import IN_TITLES, World, joined

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
LONGEST = 40


def learn_tokens(titles, size, output):
    """A WordPiece vocabulary of the titles, written as `tokenizer.json`, `tokenizer_config.json` and `vocab.txt`."""
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.train_from_iterator(titles, trainers.WordPieceTrainer(vocab_size=size, special_tokens=SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    fast = BertTokenizerFast(tokenizer_object=tokenizer, do_lower_case=True, model_max_length=LONGEST)
    fast.save_pretrained(output)
    words = sorted(tokenizer.get_vocab().items(), key=lambda pair: pair[1])
    (pathlib.Path(output) / "vocab.txt").write_text("".join(word + "\n" for word, _ in words), encoding="utf-8")
    return fast


def masked(ids, attention, size, mask_id):
    """BERT's corruption: of 20 % of the words 80 % become [MASK], 10 % another word, 10 % stay. Returns inputs and targets."""
    chosen = (torch.rand(ids.shape) < 0.2) & (attention == 1) & (ids >= len(SPECIAL))
    kind = torch.rand(ids.shape)
    inputs = torch.where(chosen & (kind < 0.8), torch.full_like(ids, mask_id), ids)
    inputs = torch.where(chosen & (kind >= 0.9), torch.randint(len(SPECIAL), size, ids.shape), inputs)
    return inputs, torch.where(chosen, ids, torch.full_like(ids, -100))


def train(arguments):
    torch.manual_seed(arguments.seed)
    worlds = [World(folder) for folder in arguments.worlds]
    titles = [title for world in worlds for title in world.titles]
    labels = {name: joined(worlds, name) for name in IN_TITLES}
    tokenizer = learn_tokens(titles, arguments.vocabulary, arguments.output)
    coded = tokenizer(titles, padding=True, truncation=True, max_length=LONGEST, return_tensors="pt")
    ids, attention = coded["input_ids"], coded["attention_mask"]
    config = BertConfig(
        vocab_size=len(tokenizer), hidden_size=64, num_hidden_layers=6, num_attention_heads=4, intermediate_size=256,
        max_position_embeddings=LONGEST, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
    model = BertForMaskedLM(config)
    heads = Heads(64, {name: int(values.max()) + 1 for name, values in labels.items()})
    weights = [*model.parameters(), *heads.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=1.5e-3, weight_decay=0.01)
    batches = len(titles) // arguments.batch
    falling = schedule(optimizer, arguments.epochs * batches)
    start = time.time()
    for epoch in range(arguments.epochs):
        order = torch.randperm(len(titles))
        total = 0.0
        for batch in order[: batches * arguments.batch].view(batches, arguments.batch):
            longest = int(attention[batch].sum(1).max())
            inputs, targets = masked(ids[batch, :longest], attention[batch, :longest], len(tokenizer), tokenizer.mask_token_id)
            states = model.bert(input_ids=inputs, attention_mask=attention[batch, :longest]).last_hidden_state
            wanted = {name: values[batch] for name, values in labels.items()}
            scores = model.cls(states[targets >= 0])
            loss = torch.nn.functional.cross_entropy(scores, targets[targets >= 0]) + heads.loss(states[:, 0], wanted)
            optimizer.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimizer.step()
            falling.step()
            total += loss.item()
        print(epoch, round(total / batches, 4), heads.accuracies(states[:, 0], wanted), f"{time.time() - start:.0f} s", flush=True)
    model.bert.save_pretrained(arguments.output)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", nargs="+", required=True)
    parser.add_argument("--output", required=True)
    parser.add_argument("--vocabulary", type=int, default=700)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--seed", type=int, default=1)
    train(parser.parse_args())
