"""Times fine-tuning steps of plain PyTorch that does the padded work, beside those of `iisan train`, and prints the ratios.

    python3 Tools/Speed/fine_tuning.py --users FILE --items FILE --pictures FOLDER --text DIR --image DIR [--iisan FILE --config FILE]

As in the papers' code a batch is B histories padded to 11 slots; every slot's title, padded to 30 tokens, and every slot's picture go through
the encoders of `transformers`, whether the slot is padding or its item stands in the batch already. The model is that of Tools/Reference.
Titles and pictures are made ready outside of the clock. Every measurement is a process of its own; a step is forward, backward and Adam,
the median of the steps after one to warm up. Peak memory is the whole process's resident set.

With --iisan the command is run in turns with PyTorch on --config, with train.method, precision, batch size and measured steps set. The result is
JSON on standard output; progress goes to standard error. Needs torch, transformers, pillow.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

SLOTS = 11
TOKENS = 30


def padded_tower(options, items):
    """The live item tower that pads every title to 30 tokens and reads the pictures of one batch at a time."""
    import torch
    import transformers
    from PIL import Image

    from fine_tuning import LiveModality, LiveTower

    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    text = transformers.AutoModel.from_pretrained(options.text, dtype=torch.float32, add_pooling_layer=False)
    image = transformers.AutoModel.from_pretrained(options.image, dtype=torch.float32, add_pooling_layer=False)
    titles = dict(line.split("\t", 1) for line in options.items.read_text(encoding="utf-8").splitlines())
    tokenizer = transformers.AutoTokenizer.from_pretrained(options.text)
    tokens = tokenizer([titles[item] for item in items], padding="max_length", truncation=True, max_length=TOKENS,
                       return_tensors="pt")
    processor = transformers.AutoImageProcessor.from_pretrained(options.image)

    class PaddedTower(LiveTower):
        def tokens(self, chosen):
            return {"input_ids": tokens["input_ids"][chosen], "attention_mask": tokens["attention_mask"][chosen]}

        def make_ready(self, chosen):
            """Reads the pictures of a batch's slots."""
            numbers, places = chosen.unique(return_inverse=True)
            pictures = [Image.open(options.pictures / f"{items[number]}.jpg").convert("RGB") for number in numbers.tolist()]
            self.ready = processor(pictures, return_tensors="pt")["pixel_values"][places]

        def pictures(self, chosen):
            return self.ready

    return PaddedTower(LiveModality(text, 64, options.method), LiveModality(image, 64, options.method))


def their_run(options):
    """Some steps in this process; prints one line of JSON."""
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1] / "Reference"))
    import torch

    from histories import read_histories
    from recommender import Recommender, initialise, optimiser, pad, trained
    from user_encoder import UserEncoder

    torch.set_num_threads(options.threads)
    torch.manual_seed(options.seed)
    items = [line.split("\t")[0] for line in options.items.read_text(encoding="utf-8").splitlines()]
    histories = read_histories(options.users, items)
    counts = histories.counts(len(items))
    popularity = counts / counts.sum()
    recommender = Recommender(padded_tower(options, items), UserEncoder()).train()
    initialise(recommender)
    adam = optimiser(recommender)
    order = torch.randperm(len(histories.train), generator=torch.Generator().manual_seed(options.seed)).tolist()
    before = peak_memory()
    seconds, distinct = [], []
    for step in range(options.steps + 1):
        users = [order[(step * options.batch + place) % len(order)] for place in range(options.batch)]
        slots = pad([histories.train[user] for user in users], SLOTS)
        recommender.item_tower.make_ready(slots.clamp(min=0).flatten())
        distinct.append(len(set(slots[slots >= 0].tolist())))
        start = time.perf_counter()
        adam.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=options.precision == "bfloat16"):
            loss = recommender.loss(slots, popularity)
        loss.backward()
        adam.step()
        seconds.append(time.perf_counter() - start)
        print(f"  pytorch {options.method} {options.precision}: step {step}, {seconds[-1]:.2f} s, loss {float(loss.detach()):.4f}",
              file=sys.stderr)
    print(json.dumps({
        "secondsPerStep": statistics.median(seconds[1:]), "steps": options.steps, "peakBytes": peak_memory(), "bytesBeforeSteps": before,
        "trainableParameters": sum(parameter.numel() for _, parameter in trained(recommender)), "slots": options.batch * SLOTS,
        "itemsPerStep": statistics.median(distinct[1:])}))


def peak_memory():
    """Bytes; the largest resident set of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def our_run(options, folder):
    """The same number of steps of the command; what its cost.json says, or what went wrong."""
    run = folder / "run"
    settings = {"method": options.method, "precision": options.precision, "batch_size": options.batch,
                "measured_steps": options.steps, "seed": options.seed, "run": run}
    subprocess.run(["rm", "-rf", run], check=True)
    process = subprocess.Popen(
        [options.iisan, "train", options.config, "--set", f"threads={options.threads}",
         *(part for key, value in settings.items() for part in ("--set", f"train.{key}={value}"))],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    said = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    try:
        cost = json.loads((run / "cost.json").read_text())
    except (OSError, ValueError) as error:
        cost = {}
        said += f"\n{error}"
    seconds = cost.get("secondsPerStep") or cost.get("secondsPerEpoch", 0) / cost.get("stepsPerEpoch", 1)
    if process.returncode != 0 or not seconds:
        return {"error": f"iisan train ended with {process.returncode}: {said.strip()[-2000:]}"}
    return cost | {"secondsPerStep": seconds, "peakBytes": usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)}


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--users", type=pathlib.Path, required=True, help="user, tab, items oldest first")
    parser.add_argument("--items", type=pathlib.Path, required=True, help="item, tab, title")
    parser.add_argument("--pictures", type=pathlib.Path, required=True, help="<item>.jpg")
    parser.add_argument("--text", type=pathlib.Path, required=True, help="Hugging Face directory of the text encoder")
    parser.add_argument("--image", type=pathlib.Path, required=True, help="Hugging Face directory of the image encoder")
    parser.add_argument("--methods", default="full,lora")
    parser.add_argument("--precisions", default="float32,bfloat16")
    parser.add_argument("--batch", type=int, default=32, help="histories in a step")
    parser.add_argument("--steps", type=int, default=5, help="measured steps")
    parser.add_argument("--rounds", type=int, default=1, help="turns of both; the best of each counts")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--seed", type=int, default=42)
    parser.add_argument("--iisan", type=pathlib.Path, help="the command; left out, PyTorch runs alone")
    parser.add_argument("--config", type=pathlib.Path, help="iisan's configuration of the same data and encoders")
    parser.add_argument("--result", type=pathlib.Path, help="also write the JSON here")
    parser.add_argument("--method", help=argparse.SUPPRESS)
    parser.add_argument("--precision", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.iisan and not options.config:
        parser.error("--iisan needs --config")
    return options


def main():
    options = parse()
    if options.method:
        their_run(options)
        return
    os.environ.update(OMP_WAIT_POLICY="PASSIVE", OMP_NUM_THREADS=str(options.threads), TOKENIZERS_PARALLELISM="false")
    results = []
    for method in options.methods.split(","):
        for precision in options.precisions.split(","):
            options.method, options.precision = method, precision
            results.append({"method": method, "precision": precision} | compared(options))
            report(results[-1])
    result = {"batch": options.batch, "steps": options.steps, "rounds": options.rounds, "threads": options.threads,
              "text": options.text.name, "image": options.image.name, "results": results}
    print(json.dumps(result, indent=1))
    if options.result:
        options.result.write_text(json.dumps(result, indent=1) + "\n")


def compared(options):
    """PyTorch and the command in turns, `rounds` times each; the round of the shortest steps of each."""
    found = {"pytorch": [], "iisan": []}
    for _ in range(options.rounds):
        process = subprocess.run(
            [sys.executable, __file__, *sys.argv[1:], "--method", options.method, "--precision", options.precision],
            check=True, stdout=subprocess.PIPE, text=True)
        found["pytorch"].append(json.loads(process.stdout.splitlines()[-1]))
        if options.iisan:
            with tempfile.TemporaryDirectory() as folder:
                found["iisan"].append(our_run(options, pathlib.Path(folder)))
    best = {who: min(runs, key=lambda run: run.get("secondsPerStep", float("inf"))) for who, runs in found.items() if runs}
    if "secondsPerStep" in best.get("iisan", {}):
        best["timesAsFast"] = best["pytorch"]["secondsPerStep"] / best["iisan"]["secondsPerStep"]
        best["timesTheMemory"] = best["pytorch"]["peakBytes"] / best["iisan"]["peakBytes"]
    return best


def report(result):
    for who in ("pytorch", "iisan"):
        run = result.get(who)
        if run:
            what = run["error"] if "error" in run else f"{run['secondsPerStep']:8.2f} s a step, {run['peakBytes'] / 1e6:7.0f} MB"
            print(f"{result['method']:8}{result['precision']:9} {who:8} {what}", file=sys.stderr)
    if "timesAsFast" in result:
        print(f"{result['method']:8}{result['precision']:9} iisan is {result['timesAsFast']:.2f} x as fast; PyTorch takes "
              f"{result['timesTheMemory']:.2f} x its memory", file=sys.stderr)


if __name__ == "__main__":
    main()
