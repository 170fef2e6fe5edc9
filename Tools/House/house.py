#!/usr/bin/env python3
"""Looks at how the modules hang together and at what is public.

    Tools/House/house.py check      what has to hold; part of `make lint`
    Tools/House/house.py write      Surface.txt beside this file, and the picture and table of Architecture.md

What has to hold: an import of a module of ours is declared in Package.swift, and what is declared is imported; no folder of Sources needs
one that needs it; what is public is listed in Surface.txt, so that it grows on purpose, and is used by another module or exported; the
picture and the table are those of the modules.
"""

import json
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SURFACE = Path(__file__).with_name("Surface.txt")
EXPORTS = ROOT / "Sources/IISAN/Exports.swift"
ARTICLE = ROOT / "Sources/IISAN/IISAN.docc/Architecture.md"
PICTURE = ROOT / "Sources/IISAN/IISAN.docc/Resources/modules.svg"
MOST_PUBLIC = 545

IMPORT = re.compile(
    r"^\s*(?:@\w+ )*(?:(?:public|package|internal) )?import (?:(?:struct|class|enum|protocol|func|actor|let|var|typealias) )?(\w+)", re.M)
TYPE = re.compile(
    r"^(\s*)(?:@[\w()]+ )*(?:(?:public|package|private|fileprivate|internal|final|indirect|nonisolated) )*"
    r"(?:struct|enum|class|protocol|extension|actor) ([\w.]+)")
PUBLIC = re.compile(r"^(\s*)(?:@[\w()]+ )*public (?!import)(.*)$")


def modules():
    """The Swift modules of the package: name to folder, declared dependencies and imports."""
    description = json.loads(subprocess.run(
        ["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    found = {}
    for target in description["targets"]:
        folder = ROOT / target["path"]
        if target["type"] in ("test", "system") or not target["path"].startswith("Sources/"):
            continue
        files = sorted(folder.rglob("*.swift"))
        if not files:
            continue
        declared = {(d.get("byName") or d.get("product") or d.get("target"))[0] for d in target["dependencies"]}
        texts = {file: file.read_text() for file in files}
        imported = {name for text in texts.values() for name in IMPORT.findall(text)}
        found[target["name"]] = dict(folder=target["path"].removeprefix("Sources/"), declared=declared, imported=imported, texts=texts)
    return found


def edge_faults(found):
    """Imports that are not declared, and dependencies that nobody imports."""
    for name, module in found.items():
        for other in sorted(module["imported"] & set(found) - module["declared"] - {name}):
            yield f"Package.swift: {name} imports {other} and does not declare it"
        for other in sorted(module["declared"] - module["imported"]):
            yield f"Package.swift: {name} declares {other} and does not import it"


def folder_faults(found):
    """Folders of Sources that need each other: imports that run up."""
    above = defaultdict(set)
    for module in found.values():
        here = module["folder"].split("/")[0]
        above[here] |= {found[other]["folder"].split("/")[0] for other in module["declared"] & set(found)} - {here}
    left = {module["folder"].split("/")[0] for module in found.values()}
    while left:
        free = {folder for folder in left if not above[folder] & left}
        if not free:
            yield "Sources: " + ", ".join(sorted(left)) + " need each other; an import runs up"
            return
        left -= free


def public(found):
    """The public declarations: (module, type or "", text without the body)."""
    for name, module in found.items():
        for text in module["texts"].values():
            scopes, lines = [], text.split("\n")
            for place, line in enumerate(lines):
                indent = len(line) - len(line.lstrip())
                if line.strip() and not line.lstrip().startswith(("//", ")", "}", '"')):
                    while scopes and indent <= scopes[-1][0]:
                        scopes.pop()
                if (match := PUBLIC.match(line)):
                    words, next_place = match[2], place + 1
                    while words.count("(") > words.count(")") and next_place < len(lines):
                        words += " " + lines[next_place].strip()
                        next_place += 1
                    words = re.split(r" \{| = ", words.replace("( ", "(").replace(" )", ")"))[0]
                    yield name, ".".join(scope for _, scope in scopes), words.strip()
                if (match := TYPE.match(line)):
                    scopes.append((indent, match[2]))


def surface(found):
    lines = [f"{module}: {scope + ' ' if scope else ''}{words}" for module, scope, words in public(found)]
    return "\n".join(sorted(lines)) + "\n"


def surface_faults(found):
    declarations = list(public(found))
    if len(declarations) > MOST_PUBLIC:
        yield f"Sources: {len(declarations)} public declarations, at most {MOST_PUBLIC} are meant to be"
    before = Counter(SURFACE.read_text().splitlines()) if SURFACE.exists() else Counter()
    now = Counter(surface(found).splitlines())
    for line in sorted((now - before).elements()):
        yield f"{SURFACE.name}: new: {line}"
    for line in sorted((before - now).elements()):
        yield f"{SURFACE.name}: gone: {line}"
    exports = EXPORTS.read_text() if EXPORTS.exists() else ""
    for module, scope, words in declarations:
        kind = re.search(r"\b(?:struct|class|enum|protocol|actor|func|let|var|typealias) (\w+)", words)
        if scope or not kind or module == "IISAN" or re.search(rf"\b{kind[1]}\b", exports):
            continue
        if not any(re.search(rf"\b{kind[1]}\b", text) for other in found if other != module for text in found[other]["texts"].values()):
            yield f"{module}: {kind[1]} is public, and no other module uses or exports it"


def layers(found):
    """The modules by how far they lie above the lowest ones."""
    heights = {}

    def height(name):
        if name not in heights:
            heights[name] = 1 + max((height(other) for other in found[name]["declared"] & set(found)), default=-1)
        return heights[name]

    rows = defaultdict(list)
    for name in found:
        rows[height(name)].append(name)
    return [sorted(rows[number]) for number in sorted(rows)]


def needs(found, name):
    """The modules that a module needs and none of these needs for it."""
    direct = found[name]["declared"] & set(found)

    def all_of(other):
        return set().union(*({deeper} | all_of(deeper) for deeper in found[other]["declared"] & set(found)), set())

    return sorted(direct - set().union(set(), *(all_of(other) for other in direct)))


def picture(found):
    """The modules as boxes, lowest row at the bottom, with a line to each that they need."""
    width, height, gap_x, gap_y, margin = 112, 34, 18, 46, 16
    rows = layers(found)[::-1]
    widest = max(len(row) for row in rows)
    total_x, total_y = 2 * margin + widest * (width + gap_x) - gap_x, 2 * margin + len(rows) * (height + gap_y) - gap_y
    places = {}
    for y, row in enumerate(rows):
        left = (total_x - len(row) * (width + gap_x) + gap_x) / 2
        for x, name in enumerate(row):
            places[name] = (left + x * (width + gap_x), margin + y * (height + gap_y))
    lines, boxes = [], []
    for name, (x, y) in places.items():
        for other in needs(found, name):
            other_x, other_y = places[other]
            lines.append(f'<path d="M{x + width / 2:g} {y + height:g}C{x + width / 2:g} {y + height + gap_y / 2:g} '
                         f'{other_x + width / 2:g} {other_y - gap_y / 2:g} {other_x + width / 2:g} {other_y:g}"/>')
        boxes.append(f'<rect x="{x:g}" y="{y:g}" width="{width}" height="{height}" rx="6"/>'
                     f'<text x="{x + width / 2:g}" y="{y + height / 2 + 5:g}">{name}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {total_x:g} {total_y:g}" font-family="sans-serif" font-size="14">\n'
            '<title>The modules, each with lines to those it needs</title>\n'
            f'<rect width="{total_x:g}" height="{total_y:g}" fill="#fff"/>\n'
            '<g fill="none" stroke="#9ab" stroke-width="1.2">\n' + "\n".join(lines) + '\n</g>\n'
            '<g fill="#eef4fa" stroke="#357">\n' + "\n".join(box.split("<text")[0] for box in boxes) + '\n</g>\n'
            '<g text-anchor="middle" fill="#123">\n' + "\n".join("<text" + box.split("<text")[1] for box in boxes) + '\n</g>\n</svg>\n')


def table(found):
    lines = ["| module | folder | files | lines | needs |", "| --- | --- | --- | --- | --- |"]
    for row in layers(found):
        for name in row:
            texts = found[name]["texts"].values()
            lines.append(f"| `{name}` | `Sources/{found[name]['folder']}` | {len(texts)} | {round(sum(t.count(chr(10)) for t in texts), -2)} "
                         f"| {', '.join(f'`{other}`' for other in needs(found, name))} |")
    return "\n".join(lines)


def article(found):
    head, _, rest = ARTICLE.read_text().partition("<!-- modules -->")
    return head + "<!-- modules -->\n\n" + table(found) + "\n\n<!-- end of modules -->" + rest.partition("<!-- end of modules -->")[2]


def main():
    found = modules()
    if sys.argv[1:] == ["write"]:
        SURFACE.write_text(surface(found))
        PICTURE.write_text(picture(found))
        ARTICLE.write_text(article(found))
        print(f"{len(list(public(found)))} public declarations, {len(found)} modules")
        return
    faults = [*edge_faults(found), *folder_faults(found), *surface_faults(found)]
    if not PICTURE.exists() or PICTURE.read_text() != picture(found):
        faults.append(f"{PICTURE.name}: is not the picture of the modules")
    if re.sub(r"\| \d+ \| \d+ ", "", ARTICLE.read_text()) != re.sub(r"\| \d+ \| \d+ ", "", article(found)):
        faults.append(f"{ARTICLE.name}: its table is not that of the modules")
    for fault in faults:
        print(fault, file=sys.stderr)
    if faults:
        sys.exit(f"{len(faults)} faults; where they are meant: Tools/House/house.py write")


main()
