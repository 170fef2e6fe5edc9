"""What a generated picture shows as a sentence, and back: the text that the captioner learns, and the measure of what it writes."""

import collections
import re

PATTERNS = {
    "plain": "", "stripes": "with stripes", "dots": "with dots", "checks": "with checks", "zigzag": "with a zigzag",
    "halves": "in two halves",
}
BACKDROPS = {
    "wall": "a wall", "sun": "the sun", "arch": "an arch", "hills": "hills", "window": "a window", "stripes": "stripes",
}
FORM = re.compile(r"An? (plain )?(\w+) (\w+)( (?:with|in) .+?)? in front of (.+)\.")

Shown = collections.namedtuple("Shown", "kind colour pattern backdrop")


def caption(shown):
    """One sentence with all four attributes, as "A red mug with stripes in front of a window." """
    words = ["plain" if shown.pattern == "plain" else "", shown.colour, shown.kind, PATTERNS[shown.pattern]]
    text = " ".join(word for word in [*words, "in front of", BACKDROPS[shown.backdrop]] if word)
    return ("An " if text[0] in "aeiou" else "A ") + text + "."


def read(text):
    """The attributes that a sentence names; None where it names none that there is."""
    found = FORM.fullmatch(text)
    if found is None:
        return Shown(None, None, None, None)
    plain, colour, kind, pattern, backdrop = found.groups()
    patterns = {phrase: name for name, phrase in PATTERNS.items()}
    backdrops = {phrase: name for name, phrase in BACKDROPS.items()}
    named = patterns.get((pattern or "").strip()) if (pattern is None) == (plain is not None) else None
    return Shown(kind, colour, named, backdrops.get(backdrop))


def shown(world):
    """What each item's picture shows, by the generator's own word."""
    return [Shown(*row) for row in zip(*(world.columns[name] for name in Shown._fields))]
