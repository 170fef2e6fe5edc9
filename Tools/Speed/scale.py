"""Times the whole pipeline on generated worlds of growing size and shape, fits a model of a step's time to it, and prints both.

    python3 Tools/Speed/scale.py --iisan .build/release/iisan [--largest 1000000] [--folder FOLDER] [--result FILE]

First the interactions grow, with one epoch of each world trained: import, check, random hidden states, training, memory. Then one
thing at a time differs from Amazon Scientific's shape, with some steps timed: items, length of histories, kept layers, width,
batch, threads, precision. The result is JSON on standard output, and a table on standard error. Python's standard library is enough.
"""

import argparse
import json
import math
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

LAYERS = "0,2,4,6,8,10,12"


def run(options, *arguments):
    """Runs the command; seconds, peak bytes, standard output."""
    start = time.perf_counter()
    process = subprocess.Popen([options.iisan, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    out, said = process.stdout.read(), process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"iisan {' '.join(map(str, arguments))} ended with {process.returncode}:\n{said[-2000:]}")
    return time.perf_counter() - start, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024), out


def world(options, folder, users, items, mean, layers=LAYERS, width=768, zeros=False):
    """A generated world with random states; the figures of making it."""
    raw, dataset = folder / "raw", folder / "dataset"
    figures = {}
    figures["generate"], _, _ = run(
        options, "data", "generate", raw, "--users", users, "--items", items, "--picture-size", 0, "--shortest-history", 5,
        "--mean-history", mean, "--longest-history", min(200, items // 5), "--new-items", 0, "--popularity-exponent", 0.4)
    figures["import"], figures["importBytes"], _ = run(
        options, "data", "import", dataset, "--form", "iisan", "--interactions", raw / "users.tsv", "--items", raw / "items.tsv")
    figures["check"], _, _ = run(options, "data", "check", dataset)
    figures["interactions"] = json.loads((dataset / "dataset.json").read_text())["interactions"]
    states = [] if not zeros else ["--zeros"]
    for modality in ("text", "image"):
        run(options, "encode", "random", folder / modality, "--dataset", dataset, "--modality", modality, "--layers", layers,
            "--width", width, *states)
    (folder / "config.yaml").write_text(
        f"data:\n  dataset: dataset\nencode:\n  text: {{store: text}}\n  image: {{store: image}}\n"
        f"train:\n  run: run\n  precision: {options.precision}\n  epochs: 1\n")
    return figures


def trained(options, folder, *settings):
    """Trains; seconds of an epoch, of a step, of validation, peak bytes."""
    arguments = [part for setting in settings for part in ("--set", setting)]
    wall, peak, _ = run(options, "train", folder / "config.yaml", "--replace", *arguments)
    cost = json.loads((folder / "run" / "cost.json").read_text())
    event = (folder / "run" / "events.jsonl")
    lines = event.read_text().splitlines() if event.exists() else []
    found = {"wall": wall, "peakBytes": peak, "secondsPerEpoch": cost["secondsPerEpoch"], "stepsPerEpoch": cost["stepsPerEpoch"],
             "secondsPerStep": cost["secondsPerEpoch"] / cost["stepsPerEpoch"]}
    if lines:
        found["validationSeconds"] = json.loads(lines[-1])["validationSeconds"]
    return found


def slope(points, key):
    """The log-log slope of a figure over the interactions, by least squares."""
    xs = [math.log(point["interactions"]) for point in points]
    ys = [math.log(point[key]) for point in points]
    mx, my = statistics.mean(xs), statistics.mean(ys)
    return sum((x - mx) * (y - my) for x, y in zip(xs, ys)) / sum((x - mx) ** 2 for x in xs)


def growth(options, folder):
    points = []
    size = options.smallest
    while size <= options.largest:
        place = folder / f"growth-{size}"
        place.mkdir(parents=True)
        point = world(options, place, max(1, round(size / options.mean)), options.items, options.mean)
        settings = [] if size <= options.whole else [f"train.measured_steps={options.measured}"]
        point |= trained(options, place, *settings)
        points.append(point)
        say(f"{point['interactions']:>10,} interactions: generate {point['generate']:.1f} s, import {point['import']:.2f} s, "
            f"check {point['check']:.2f} s, epoch {point['secondsPerEpoch']:.2f} s, validation {point.get('validationSeconds', 0):.2f} s, "
            f"whole train {point['wall']:.1f} s, peak {point['peakBytes'] / 1e6:.0f} MB (import {point['importBytes'] / 1e6:.0f} MB)")
        subprocess.run(["rm", "-rf", place], check=True)
        size *= 10
    slopes = {key: slope(points, key) for key in ("secondsPerEpoch", "import", "check")} if len(points) > 1 else {}
    for key, value in slopes.items():
        say(f"log-log slope of {key}: {value:.3f}")
    return {"points": points, "slopes": slopes}


def variations(options, folder):
    """One thing at a time away from Scientific's shape."""
    standard = {"users": 12076, "items": 20314, "mean": 6.77, "layers": LAYERS, "width": 768, "batch": 64, "threads": 0}
    changes = [("items", value) for value in (2000, 200000)] + [("mean", value) for value in (5.5, 12)]
    changes += [("layers", value) for value in ("0,12", "0,4,8,12", "0,1,2,3,4,5,6,7,8,9,10,11,12")]
    changes += [("width", value) for value in (192, 384, 1024)] + [("batch", value) for value in (16, 32, 128, 256)]
    changes += [("threads", value) for value in range(1, (os.cpu_count() or 1))]
    rows = []
    for name, value in [("standard", None), *changes]:
        shape = standard | ({name: value} if value is not None else {})
        place = folder / "variation"
        subprocess.run(["rm", "-rf", place], check=True)
        place.mkdir(parents=True)
        world(options, place, shape["users"], shape["items"], shape["mean"], shape["layers"], shape["width"],
              zeros=shape["items"] > 100000)
        settings = [f"train.measured_steps={options.steps}", f"train.batch_size={shape['batch']}", f"threads={shape['threads']}"]
        figures = trained(options, place, *settings)
        rows.append({"changed": name, "value": value, **shape, **figures})
        say(f"{name:>9} {'' if value is None else value}: {figures['secondsPerStep'] * 1e3:.1f} ms a step, {figures['peakBytes'] / 1e6:.0f} MB")
    return rows


def predicted(rows):
    """step = a + b · (distinct items · layers · width) + c · (layers · width): least squares of relative errors.

    The first product is what is computed and read for the items of a batch, the second what Adam and the packing of weights read; distinct
    items grow with the slots of a batch, by the chance that a popular item stands there twice.
    """
    points = []
    for row in rows:
        if row["threads"] != 0:
            continue
        layers = len(row["layers"].split(","))
        slots = row["batch"] * min(11, max(2, row["mean"] - 2))
        distinct = row["items"] * (1 - math.exp(-slots / row["items"]))
        points.append(((1, distinct * layers * row["width"], layers * row["width"] + row["width"] ** 2 / 128), row))
    normal = [[0.0] * 4 for _ in range(3)]
    for features, row in points:
        weight = 1 / row["secondsPerStep"]
        values = [feature * weight for feature in features] + [1.0]
        for i in range(3):
            for j in range(4):
                normal[i][j] += values[i] * values[j]
    for i in range(3):
        pivot = max(range(i, 3), key=lambda r: abs(normal[r][i]))
        normal[i], normal[pivot] = normal[pivot], normal[i]
        for r in range(3):
            if r != i:
                factor = normal[r][i] / normal[i][i]
                normal[r] = [a - factor * b for a, b in zip(normal[r], normal[i])]
    coefficients = [normal[i][3] / normal[i][i] for i in range(3)]
    errors = {}
    for features, row in points:
        guess = sum(c * f for c, f in zip(coefficients, features))
        errors[f"{row['changed']} {row['value']}"] = guess / row["secondsPerStep"] - 1
    return {"coefficients": coefficients, "relativeErrors": errors}


def say(text):
    print(text, file=sys.stderr, flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--iisan", type=pathlib.Path, required=True)
    parser.add_argument("--folder", type=pathlib.Path, help="where worlds are made; a temporary folder by default")
    parser.add_argument("--smallest", type=int, default=10_000, help="interactions of the smallest world")
    parser.add_argument("--largest", type=int, default=1_000_000, help="interactions of the largest world")
    parser.add_argument("--whole", type=int, default=1_000_000,
                        help="interactions up to which an epoch is trained whole; beyond, it is the mean step times its steps")
    parser.add_argument("--measured", type=int, default=2000, help="steps that are timed beyond --whole")
    parser.add_argument("--items", type=int, default=20314)
    parser.add_argument("--mean", type=float, default=6.77, help="mean length of histories")
    parser.add_argument("--steps", type=int, default=40, help="timed steps of each variation")
    parser.add_argument("--precision", default="bfloat16")
    parser.add_argument("--only", choices=["growth", "variations"])
    parser.add_argument("--result", type=pathlib.Path, help="also write the JSON here")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or pathlib.Path(temporary)
        result = {"cores": os.cpu_count(), "precision": options.precision}
        if options.only != "variations":
            result["growth"] = growth(options, folder)
        if options.only != "growth":
            result["variations"] = variations(options, folder)
            result["model"] = predicted(result["variations"])
            say(f"model: {result['model']}")
    text = json.dumps(result, indent=1)
    if options.result:
        options.result.write_text(text + "\n")
    print(text)


if __name__ == "__main__":
    main()
