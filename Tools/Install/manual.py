"""Writes the manual page of a command from what --experimental-dump-help says of it.

    iisan --experimental-dump-help | python3 Tools/Install/manual.py > iisan.1
"""

import json
import sys


def escaped(text):
    lines = text.replace("\\", "\\e").replace("-", "\\-").split("\n")
    return "\n".join("\\&" + line if line.startswith((".", "'")) else line for line in lines)


def names(argument):
    found = []
    for name in argument.get("names") or []:
        found.append(("--" if name["kind"] == "long" else "-") + name["name"])
    value = argument.get("valueName") or ""
    if argument["kind"] == "positional":
        return f"<{value}>" + ("..." if argument.get("isRepeating") else "")
    return ", ".join(found) + (f" <{value}>" if argument["kind"] == "option" else "")


def written(command, path, out):
    path = path + [command["commandName"]]
    if len(path) > 1:
        out += [f".SS {escaped(' '.join(path))}", escaped(command.get("abstract", "")) + "\n"]
        if command.get("discussion"):
            out += [".PP", ".nf", escaped(command["discussion"]), ".fi"]
    for argument in command.get("arguments", []):
        if argument.get("shouldDisplay") and not {"help", "version"} & {name["name"] for name in argument.get("names") or []}:
            out += [".TP", f".B {escaped(names(argument))}", escaped(argument.get("abstract") or "")]
    for below in command.get("subcommands", []):
        if below.get("shouldDisplay", True) and below["commandName"] != "help":
            written(below, path, out)


def main():
    command = json.load(sys.stdin)["command"]
    out = [
        f".TH {command['commandName'].upper()} 1", ".SH NAME", f"{command['commandName']} \\- {escaped(command['abstract'])}",
        ".SH DESCRIPTION", ".nf", escaped(command.get("discussion", "")), ".fi", ".SH COMMANDS",
    ]
    written(command, [], out)
    print("\n".join(out))


main()
