"""Writes the first table of README.md between its two marks, of the studies in Results.

    python3 Tools/Results/first_table.py        as `make results` does

Rows are the methods that every data set has, columns the data sets: mean test HR@10 of a study's seeds with their standard deviation, and
what training took.
"""

import json
import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- first table: make results writes it -->", "<!-- end of the first table -->"
STUDIES = {
    "MovieLens-100K, titles and posters": "ml-100k-posters/compare",
    "Amazon Scientific, titles": "scientific-titles/compare",
    "the demo's world": "demo/compare",
}
# A row's names in the studies.
ROWS = {
    "popularity": ["popularity"], "neighbours": ["neighbours"], "closed-form": ["closed-form"], "id": ["id"],
    "paper": ["paper", "iisan"], "tuned": ["tuned"], "modern": ["modern"], "modern-content": ["modern-content"],
}


def studies():
    found = {}
    for title, name in STUDIES.items():
        file = ROOT / "Results" / name / "study.json"
        if file.exists():
            found[title] = {variant["name"]: variant for variant in json.loads(file.read_text())["variants"]}
    return found


def variant(study, names):
    return next((study[name] for name in names if study.get(name, {}).get("runs")), None)


def quality(found):
    if found is None:
        return "–"
    rate = found["ranking"]["hitRate"]
    values = rate["values"]
    text = f"{100 * sum(values) / len(values):.2f}"
    return text + (f" ± {100 * rate['deviation']:.2f}" if len(values) > 1 else "")


def cost(found):
    """Seconds of a training, its largest memory, and TPME."""
    runs = [run for run in (found or {"runs": []})["runs"] if run.get("cost", {}).get("epochs")]
    if not runs:
        return "nothing trained" if found else "–", "–", "–"
    seconds = sum(run["cost"]["epochs"] * run["cost"]["secondsPerEpoch"] for run in runs) / len(runs)
    memory = max(run["cost"]["peakMemory"] for run in runs)
    tpme = (found.get("tpme") or {}).get("value")
    return f"{seconds:.0f} s", f"{memory / 1e6:.0f} MB", "–" if tpme is None else f"{tpme:.3f}"


def table():
    found = studies()
    first = next(iter(found), None)
    heads = [*found, *(["Training", "Memory", "TPME"] if first else [])]
    lines = ["| Method | " + " | ".join(heads) + " |", "|:--|" + "--:|" * len(heads)]
    for row, names in ROWS.items():
        cells = [quality(variant(study, names)) for study in found.values()]
        if first:
            cells += cost(variant(found[first], names))
        lines.append(f"| {row} | " + " | ".join(cells) + " |")
    seeds = {title: max((len(v["runs"]) for v in study.values()), default=0) for title, study in found.items()}
    counts = set(seeds.values())
    said = f"{counts.pop()} seeds" if len(counts) == 1 else ", ".join(f"{count} seeds ({title})" for title, count in seeds.items())
    lines += ["", f"Test HR@10 in percent, mean ± deviation over {said}; [Results](Results/README.md) has the whole tables with intervals,",
              "commands and machines. Training and memory are those of the first data set."]
    return lines


def main():
    file = ROOT / "README.md"
    text = file.read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        raise SystemExit(f"{file}: expected the marks {BEGIN} and {END} once each")
    head, rest = text.split(BEGIN)
    _, tail = rest.split(END)
    file.write_text(head + BEGIN + "\n" + "\n".join(table()) + "\n" + END + tail)
    print("README.md")


if __name__ == "__main__":
    main()
