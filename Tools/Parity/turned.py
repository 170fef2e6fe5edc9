"""Pictures whose files say in many ways how they are to be turned, and Fixtures/Pictures/orientations.json of some of them.

    python Tools/Parity/turned.py

`files(rng, damaged)` gives names and contents; `orientation` what Pillow's `ImageOps.exif_transpose` finds in one.
"""

import base64
import io
import json
import pathlib
import random
import struct
import warnings
import zlib

import PIL
from PIL import Image, ImageOps

TURNS = [
    None, None, Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.ROTATE_180, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.TRANSPOSE,
    Image.Transpose.ROTATE_270, Image.Transpose.TRANSVERSE, Image.Transpose.ROTATE_90,
]
# Pillow's codes of struct for each kind of value.
KINDS = {1: "B", 2: "c", 3: "H", 4: "L", 5: "LL", 6: "b", 7: "B", 8: "h", 9: "l", 10: "ll", 11: "f", 12: "d", 13: "L", 16: "Q", 99: "H"}
XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description tiff:Orientation="%d"/></x:xmpmeta>'
XMP_ELEMENT = b"<x><tiff:Orientation>%d</tiff:Orientation></x>"


def picture():
    image = Image.new("RGB", (3, 2))
    image.putdata([(number * 40, number + 100, number + 200) for number in range(6)])
    return image


def tiff(values=(6,), kind=3, order="<", count=None, version=None, before=(), after=(), tag=0x0112, start=8):
    """EXIF data with entries; those of more than four bytes come after the directory."""
    entries = [*before, (tag, kind, values, count), *after]
    head = (b"II" if order == "<" else b"MM") + (version or struct.pack(order + "H", 42)) + struct.pack(order + "L", start)
    data, extra = struct.pack(order + "H", len(entries)), b""
    place = start + 2 + len(entries) * 12 + 4
    for tag, kind, values, count in entries:
        code = KINDS[kind]
        value = b"".join(struct.pack(order + code, *((v, 1) if len(code) == 2 else (v,))) for v in values) if code != "c" else bytes(values)
        if len(value) > 4:
            field = struct.pack(order + "L", place + len(extra))
            extra += value
        else:
            field = value.ljust(4, b"\0")
        data += struct.pack(order + "HHL", tag, kind, len(values) if count is None else count) + field
    return head.ljust(start, b"\0") + data + b"\0\0\0\0" + extra


def jpeg(*segments, between=b""):
    out = io.BytesIO()
    picture().save(out, "JPEG", quality=90, optimize=True)
    whole = out.getvalue()
    added = b"".join(between + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment for segment in segments)
    return whole[:2] + added + whole[2:]


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(*chunks, after=False):
    out = io.BytesIO()
    picture().save(out, "PNG")
    whole = out.getvalue()
    place = len(whole) - 12 if after else 33
    return whole[:place] + b"".join(chunk(*part) for part in chunks) + whole[place:]


def webp(*chunks, flags=0):
    out = io.BytesIO()
    picture().save(out, "WEBP", lossless=True)
    pixels = out.getvalue()[12:]
    body = b"WEBP" + b"VP8X" + struct.pack("<L", 10) + bytes([flags, 0, 0, 0]) + (2).to_bytes(3, "little") + (1).to_bytes(3, "little") + pixels
    for name, data in chunks:
        body += name + struct.pack("<L", len(data)) + data + b"\0" * (len(data) % 2)
    return b"RIFF" + struct.pack("<L", len(body)) + body


def itxt(text, packed=False, key=b"XML:com.adobe.xmp", language=b"", method=0):
    return (b"iTXt", key + b"\0" + bytes([packed, method]) + language + b"\0\0" + (zlib.compress(text) if packed else text))


def profile(data, key=b"Raw profile type exif"):
    digits = data.hex()
    lines = "\n".join(digits[start:start + 72] for start in range(0, len(digits), 72))
    return key + b"\0" + f"\nexif\n{len(data):8}\n{lines}\n".encode()


def datas():
    """Names and EXIF data of many forms."""
    for number in [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 300]:
        yield f"turn-{number}", tiff((number,))
    for order in "<>":
        name = "little" if order == "<" else "big"
        for kind in KINDS:
            yield f"kind-{kind}-{name}", tiff((6,), kind, order)
            yield f"two-{kind}-{name}", tiff((8, 3), kind, order)
        yield f"negative-{name}", tiff((-1,), 8, order)
        yield f"none-{name}", tiff((), 3, order)
        yield f"version-turned-{name}", tiff(order=order, version=struct.pack((">" if order == "<" else "<") + "H", 42))
        yield f"version-43-{name}", tiff(order=order, version=struct.pack("<H", 43))
        yield f"version-043-{name}", tiff(order=order, version=struct.pack(">H", 43))
        yield f"version-other-{name}", tiff(order=order, version=b"ab")
        yield f"later-{name}", tiff(order=order, start=20)
        yield f"long-text-{name}", tiff(order=order, before=[(0x010F, 2, b"Maker of cameras\0", None)])
        yield f"far-text-{name}", tiff(order=order, before=[(0x010F, 2, b"abcd", 1 << 20)])
        yield f"beyond-{name}", tiff(order=order, before=[(0x010F, 2, b"abcdefgh", 60)])
        yield f"unknown-{name}", tiff(order=order, before=[(0x010F, 77 if 77 in KINDS else 99, (1,), 5)])
        yield f"double-{name}", tiff(order=order, after=[(0x0112, 3, (3,), None)])
        yield f"double-text-{name}", tiff(order=order, before=[(0x0112, 2, b"6\0", None)])
        yield f"without-{name}", tiff(order=order, tag=0x0113)
        yield f"cut-{name}", tiff(order=order)[:21]
    yield "empty", b""
    yield "short", b"II*\0"
    yield "text", b"no exif at all"


def files(rng, damaged):
    """Names and contents of pictures' files, of which some are damaged at random in what is said beside the pixels."""
    mark = b"Exif\0\0"
    xap = b"http://ns.adobe.com/xap/1.0/\0"
    for name, data in datas():
        yield f"exif-{name}.jpg", jpeg(mark + data)
        yield f"exif-{name}.png", png((b"eXIf", data))
        yield f"exif-{name}.webp", webp((b"EXIF", data), flags=8)
        yield f"profile-{name}.png", png((b"tEXt", profile(mark + data)))
        yield f"exif-xmp-{name}.jpg", jpeg(mark + data, xap + XMP % 8)
        yield f"exif-xmp-{name}.png", png((b"eXIf", data), itxt(XMP % 8))
        yield f"exif-xmp-{name}.webp", webp((b"EXIF", data), (b"XMP ", XMP % 8), flags=12)
    data = tiff()
    half = len(data) // 2
    for count in [1, 2, 5]:
        yield f"fill-{count}.jpg", jpeg(mark + data, between=b"\xff" * count)
    yield "junk.jpg", jpeg(mark + data, between=b"junk")
    yield "zero.jpg", jpeg(mark + data, between=b"\xff\0")
    yield "restart.jpg", jpeg(mark + data, between=b"\xff\xd1")
    yield "two-segments.jpg", jpeg(mark + data[:half], mark + data[half:])
    yield "two-whole.jpg", jpeg(mark + tiff((3,)), mark + data)
    yield "two-marks.jpg", jpeg(mark + mark + data)
    yield "three-marks.jpg", jpeg(mark + mark + mark + data)
    yield "other-mark.jpg", jpeg(b"Exif\0\1" + data)
    yield "mark.webp", webp((b"EXIF", mark + data), flags=8)
    yield "two-chunks.webp", webp((b"EXIF", tiff((3,))), (b"EXIF", data), flags=8)
    yield "two-chunks.png", png((b"eXIf", tiff((3,))), (b"eXIf", data))
    for flags in [0, 4, 8, 12]:
        yield f"flags-{flags}.webp", webp((b"EXIF", data), (b"XMP ", XMP % 8), flags=flags)
    for form, text in [("attribute", XMP), ("element", XMP_ELEMENT), ("spaced", b'<x tiff:Orientation = "%d"/>'), ("quoted", b"<x tiff:Orientation='%d'/>"),
                       ("second", b'tiff:Orientation tiff:Orientation="x" tiff:Orientation="%d"')]:
        for number in [0, 1, 3, 6, 9]:
            yield f"xmp-{form}-{number}.jpg", jpeg(xap + text % number)
            yield f"xmp-{form}-{number}.png", png(itxt(text % number))
            yield f"xmp-{form}-{number}.webp", webp((b"XMP ", text % number), flags=4)
    yield "xmp-two.jpg", jpeg(xap + XMP % 3, xap + XMP % 6)
    yield "xmp-two.webp", webp((b"XMP ", XMP % 3), (b"XMP ", XMP % 6), flags=4)
    for place in [False, True]:
        end = "-after" if place else ""
        yield f"exif{end}.png", png((b"eXIf", data), after=place)
        yield f"xmp-packed{end}.png", png(itxt(XMP % 6, packed=True), after=place)
        yield f"xmp-damaged{end}.png", png((b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0not packed"), after=place)
        yield f"xmp-method{end}.png", png(itxt(XMP % 6, packed=True, method=1), after=place)
        yield f"xmp-bytes{end}.png", png(itxt(b"\xff" + XMP % 6), after=place)
        yield f"xmp-language{end}.png", png(itxt(XMP % 6, language=b"\xff"), after=place)
        yield f"xmp-text{end}.png", png((b"tEXt", b"XML:com.adobe.xmp\0" + XMP % 6), after=place)
        yield f"xmp-ztxt{end}.png", png((b"zTXt", b"XML:com.adobe.xmp\0\0" + zlib.compress(XMP % 6)), after=place)
        yield f"xmp-first{end}.png", png((b"tEXt", b"XML:com.adobe.xmp\0" + XMP % 6), itxt(b"\xff" + XMP % 3), after=place)
        yield f"profile-ztxt{end}.png", png((b"zTXt", profile(mark + data).replace(b"exif\0", b"exif\0\0", 1)[:22] + zlib.compress(profile(mark + data)[22:])), after=place)
        yield f"profile-itxt{end}.png", png(itxt(profile(mark + data)[22:], key=b"Raw profile type exif"), after=place)
        yield f"profile-app1{end}.png", png((b"tEXt", profile(mark + data, b"Raw profile type APP1")), after=place)
        yield f"profile-odd{end}.png", png((b"tEXt", profile(mark + data)[:-2]), after=place)
        yield f"profile-words{end}.png", png((b"tEXt", b"Raw profile type exif\0\nexif\n 8\nno digits\n"), after=place)
        yield f"profile-and-exif{end}.png", png((b"tEXt", profile(mark + tiff((3,)))), (b"eXIf", data), after=place)
        yield f"text-exif{end}.png", png((b"tEXt", b"exif\0" + data), after=place)
        yield f"ztxt-exif{end}.png", png((b"zTXt", b"exif\0\0" + zlib.compress(data)), after=place)
        yield f"itxt-exif{end}.png", png(itxt(data, key=b"exif"), after=place)
    for number in range(damaged):
        data = bytearray(tiff((rng.randint(1, 8),), rng.choice([3, 3, 4]), rng.choice("<>"), before=[(0x010F, 2, b"Maker\0", None)] * rng.randint(0, 1)))
        for _ in range(rng.randint(0, 3)):
            data[rng.randrange(len(data))] = rng.choice([0, 1, 2, 3, 4, 6, 8, 18, 255, rng.randrange(256)])
        data = bytes(data[:rng.randint(8, len(data))] if rng.random() < 0.4 else data)
        yield f"damaged-{number}.jpg", jpeg(mark + data, *([xap + XMP % 5] if rng.random() < 0.5 else []))


def upright(image):
    """The picture turned as Pillow turns it; as it lies where Pillow stops at what is said."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ImageOps.exif_transpose(image)
        except Exception:
            # What is said elsewhere in the data may stop Pillow, when it writes them anew without the orientation.
            try:
                number = image.getexif().get(0x0112, 1)
            except Exception:
                return image
            turn = TURNS[number] if number in range(1, 9) else None
            return image if turn is None else image.transpose(turn)


def opened(content):
    """The picture of a file's bytes; None where Pillow cannot open it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            image = Image.open(io.BytesIO(content))
            image.load()
            return image
        except Exception:
            return None


def orientation(content):
    """The orientation that Pillow finds in a file; None where it cannot open it."""
    image = opened(content)
    if image is None:
        return None
    turned, plain = upright(image).convert("RGB"), image.convert("RGB")
    for number, turn in enumerate(TURNS):
        expected = plain if turn is None else plain.transpose(turn)
        if number and turned.size == expected.size and turned.tobytes() == expected.tobytes():
            return number
    raise ValueError("turned in no known way")


def main():
    folder = pathlib.Path(__file__).parents[2] / "Fixtures" / "Pictures"
    folder.mkdir(exist_ok=True)
    rows = []
    for name, content in files(random.Random(4), 150):
        number = orientation(content)
        if number is not None:
            rows.append(json.dumps({"name": name, "orientation": number, "bytes": base64.b64encode(content).decode()}))
    lines = ",\n".join(rows)
    (folder / "orientations.json").write_text(f'{{"pillow": "{PIL.__version__}", "pictures": [\n{lines}\n]}}\n')
    print(f"{len(rows)} pictures")


if __name__ == "__main__":
    main()
