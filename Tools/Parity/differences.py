"""Prints the worst differences that `EncodersTests` measured, a line for each family, as a table of Markdown.

    python3 Tools/Parity/differences.py FILE

FILE holds the lines of JSON that the tests write where IISAN_PARITY_DIFFERENCES names it. A difference is the largest of a layer, as
a share of the layer's largest value.
"""

import json
import sys


def table(title, rows, key):
    print(f"| {title} | cases | float32 | bfloat16 |\n| --- | ---: | ---: | ---: |")
    for name in sorted({row[key] for row in rows}):
        own = [row for row in rows if row[key] == name]

        def worst(precision):
            differences = [row["difference"] for row in own if row["precision"] == precision]
            return f"{max(differences):.1e}" if differences else ""

        print(f"| {name} | {len({row['name'] for row in own})} | {worst('float32')} | {worst('bfloat16')} |")


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        rows = [json.loads(line) for line in file]
    given = [row for row in rows if row["name"].startswith("given-")]
    real = [row for row in rows if row["isReal"]]
    table("model_type", [row for row in rows if not row["isReal"] and row not in given], "family")
    for title, found in [("real model, golden states", real), ("folder", given)]:
        if found:
            print()
            table(title, found, "name")


if __name__ == "__main__":
    main()
