#!/usr/bin/env python3
"""Exact search beside numpy, torch, faiss-cpu and usearch: the ten rows with the greatest inner products.

    python3 -m venv .build/search && .build/search/bin/pip install numpy faiss-cpu usearch torch
    (cd Benchmarks && swift build -c release --product measure)
    .build/search/bin/python Tools/Speed/search.py Benchmarks/.build/release/measure --rows 1000000 --width 64

All search the same rows for the same questions on the same number of threads, one after the other and in turns, so that a noisy machine is
noisy for all. What is not installed is left out. Every one's rows are compared with ours. A time is the median of all turns; the best one
stands beside it.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
parser.add_argument("measure", type=Path, help="the program `measure`, built for release")
parser.add_argument("--rows", type=int, default=1_000_000)
parser.add_argument("--width", type=int, default=64)
parser.add_argument("--top", type=int, default=10)
parser.add_argument("--counts", type=int, nargs="+", default=[1, 16, 64])
parser.add_argument("--threads", type=int, default=os.cpu_count())
parser.add_argument("--turns", type=int, default=3)
parser.add_argument("--repetitions", type=int, default=5)
options = parser.parse_args()

# Read when the libraries are loaded.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = str(options.threads)

import numpy as np  # noqa: E402

random = np.random.default_rng(1)
rows = random.standard_normal((options.rows, options.width), dtype=np.float32)
questions = random.standard_normal((max(options.counts), options.width), dtype=np.float32)


def with_numpy():
    def search(asked):
        scores = asked @ rows.T
        places = np.argpartition(scores, -options.top, axis=1)[:, -options.top:]
        order = np.argsort(-np.take_along_axis(scores, places, 1), axis=1)
        return np.take_along_axis(places, order, 1)
    return search


def with_torch():
    import torch
    torch.set_num_threads(options.threads)
    columns = torch.from_numpy(rows).T
    return lambda asked: (torch.from_numpy(asked) @ columns).topk(options.top).indices.numpy()


def with_faiss():
    import faiss
    faiss.omp_set_num_threads(options.threads)
    index = faiss.IndexFlatIP(options.width)
    index.add(rows)
    return lambda asked: index.search(asked, options.top)[1]


def with_usearch():
    from usearch.index import MetricKind, search

    def found(asked):
        keys = search(rows, asked, options.top, MetricKind.IP, exact=True, threads=options.threads).keys
        return np.asarray(keys).reshape(len(asked), -1)
    return found


def copy_rate():
    """Bytes read and written a second where the rows are copied."""
    target = np.empty_like(rows)
    best = min(timed(lambda: np.copyto(target, rows))[0] for _ in range(3))
    return 2 * rows.nbytes / best


def timed(body):
    start = time.perf_counter()
    result = body()
    return time.perf_counter() - start, result


def ours(folder):
    command = [
        options.measure, "search", "--rows", folder / "rows", "--questions", folder / "questions", "--width", str(options.width), "--top",
        str(options.top), "--counts", *map(str, options.counts), "--repetitions", str(options.repetitions), "--threads",
        str(options.threads)]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main():
    anchors = {}
    for name, make in [("numpy", with_numpy), ("torch", with_torch), ("faiss-cpu", with_faiss), ("usearch", with_usearch)]:
        try:
            anchors[name] = make()
        except ImportError:
            print(f"{name} is not installed", file=sys.stderr)
    times, found = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        rows.tofile(folder / "rows")
        questions.tofile(folder / "questions")
        for turn in range(options.turns):
            measured = ours(folder)
            for timing in measured["timings"]:
                key = f"ours, {timing['pass']}", timing["questions"]
                times.setdefault(key, []).extend(timing["seconds"])
                found[key] = np.array(timing["found"])
            for name, search in anchors.items():
                for count in options.counts:
                    asked = questions[:count]
                    for _ in range(options.repetitions):
                        seconds, places = timed(lambda: search(asked))
                        times.setdefault((name, count), []).append(seconds)
                    found[name, count] = places
    rate = copy_rate()
    print(f"{options.rows:,} rows x {options.width}, top {options.top}, {options.threads} threads, {measured['instructions']}; "
          f"rows copied at {rate / 1e9:.1f} GB/s; codes made in {measured['codingSeconds'] * 1e3:.0f} ms")
    names = list(dict.fromkeys(name for name, _ in times))
    print(f"{'':14}" + "".join(f"{count:>6} questions: median, best ms" for count in options.counts))
    for name in names:
        cells = [f"{statistics.median(times[name, c]) * 1e3:>20.2f} {min(times[name, c]) * 1e3:>11.2f}" for c in options.counts]
        print(f"{name:14}" + " ".join(cells))
    for (name, count), places in found.items():
        same = (np.sort(places, 1) == np.sort(found["ours, float32", count], 1)).all(1).mean()
        if same < 1:
            print(f"{name}: {same:.1%} of {count} lists are ours: sums in float32 round")


main()
