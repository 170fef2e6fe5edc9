#!/usr/bin/env python3
"""Exports a run in every form and reads each back with the program it is for.

    export.py IISAN RUN FOLDER

NumPy's reading of items.npy is what the others are compared with, bit for bit; the ten best of every user by each program with the ten
best of NumPy's products; and NumPy's with the lists that `iisan recommend --all` writes, where the score has no neighbours.
"""

import json
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import faiss
import numpy
from pgvector import Vector
from qdrant_client import QdrantClient, models
from usearch.io import load_matrix

TOP = 10
# Programs add up products in orders of their own.
TOLERANCE = 1e-4
QDRANT_USERS = 100


def export(iisan, run, folder, form):
    place = folder / form
    said = subprocess.run(
        [iisan, "export", run, "--form", form, "--output", place, "--users"], check=True, capture_output=True, text=True).stderr
    card = json.loads((place / "export.json").read_text())
    for part in card["leftOut"]:
        assert part in said, f"{form}: nothing is said of {part}"
    return place, card


def best(users, items):
    """The rows of the greatest products, falling."""
    products = users.astype(numpy.float64) @ items.astype(numpy.float64).T
    order = numpy.argsort(-products, axis=1, kind="stable")[:, :TOP]
    return order, products


def check_best(name, found, products):
    """Whether rows have the scores of the best ones; equal scores may come in any order."""
    found = numpy.asarray(found)
    expected = -numpy.sort(-products, axis=1)[:, :TOP]
    scores = numpy.take_along_axis(products[: len(found)], found, axis=1)
    worst = numpy.abs(scores - expected[: len(found)]).max()
    assert worst < TOLERANCE, f"{name}: the best differ by {worst}"


def said(name, text):
    print(f"{name:9} {text}")


def check_npy(place):
    items, users = numpy.load(place / "items.npy"), numpy.load(place / "users.npy")
    card = json.loads((place / "export.json").read_text())
    ids = (place / "ids.txt").read_text().split("\n")[:-1]
    assert items.dtype == users.dtype == numpy.float32 and items.flags.c_contiguous
    assert items.shape == (card["items"], card["width"]) and users.shape == (card["users"], card["width"])
    assert len(ids) == len(items) and len((place / "users.txt").read_text().split("\n")) == len(users) + 1
    said("npy", f"numpy.load: {items.shape[0]} items and {users.shape[0]} users of {items.shape[1]} numbers")
    return items, users, ids


def check_lists(iisan, run, card, users, items, ids):
    if card["leftOut"]:
        return said("lists", "not compared: the score has parts that are in no vector")
    lists = subprocess.run(
        [iisan, "recommend", run, "--all", "--keep-seen", "--format", "jsonl", "--top", str(TOP)], check=True, capture_output=True,
        text=True).stdout
    rows = {id: row for row, id in enumerate(ids)}
    found = [[rows[item["item"]] for item in json.loads(line)["items"]] for line in lists.splitlines()]
    check_best("lists", found, best(users, items)[1])
    said("lists", f"the {TOP} best of {len(found)} users by the products are those of recommend --all --keep-seen")


def check_fbin(place, items):
    data = (place / "items.fbin").read_bytes()
    rows, width = struct.unpack("<II", data[:8])
    assert numpy.array_equal(numpy.frombuffer(data[8:], "<f4").reshape(rows, width), items)
    assert numpy.array_equal(load_matrix(str(place / "items.fbin")), items)
    said("fbin", "usearch.io.load_matrix: the same bits")


def check_faiss(place, items, users, products):
    index = faiss.read_index(str(place / "items.faiss"))
    assert isinstance(index, faiss.IndexFlat) and index.metric_type == faiss.METRIC_INNER_PRODUCT
    assert (index.ntotal, index.d) == items.shape and numpy.array_equal(index.reconstruct_n(0, index.ntotal), items)
    check_best("faiss", index.search(users, TOP)[1], products)
    again = faiss.IndexFlatIP(items.shape[1])
    again.add(items)
    assert faiss.serialize_index(again).tobytes() == (place / "items.faiss").read_bytes(), "Faiss writes other bytes"
    said("faiss", f"faiss.read_index {faiss.__version__}: the same bits, the same best; Faiss writes the same file byte for byte")


def copied(data):
    """The rows of a COPY file in binary form, as PostgreSQL documents it."""
    assert data[:11] == b"PGCOPY\n\xff\r\n\0" and data[11:19] == bytes(8)
    place = 19
    while True:
        (fields,) = struct.unpack_from(">h", data, place)
        place += 2
        if fields == -1:
            break
        row = []
        for _ in range(fields):
            (size,) = struct.unpack_from(">i", data, place)
            row.append(data[place + 4:place + 4 + size])
            place += 4 + size
        yield row
    assert place == len(data)


def check_pgvector(place, items, ids):
    rows = list(copied((place / "items.copy").read_bytes()))
    assert [row[0].decode() for row in rows] == ids
    assert numpy.array_equal(numpy.stack([Vector.from_binary(row[1]).to_numpy() for row in rows]), items)
    said("pgvector", "pgvector.Vector.from_binary: the same bits; the frame as PostgreSQL documents it")
    tools = postgres()
    if not tools:
        return said("pgvector", "no PostgreSQL here, or no user but root to run it as: COPY itself was not tried")
    copy_into_postgres(tools, place, rows)


def postgres():
    """The folder of initdb and the words that run it as a user it accepts; None where there is none."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin")) + [Path(found).parent for found in [shutil.which("initdb")] if found]
    if not folders or not (folders[-1] / "initdb").exists():
        return None
    if os.getuid() != 0:
        return folders[-1], []
    return (folders[-1], ["runuser", "-u", "nobody", "--"]) if shutil.which("runuser") else None


def copy_into_postgres(tools, place, rows):
    """Loads the file with COPY. The type `vector` needs an extension; where it is not there the column is bytea, which takes any bytes."""
    folder, words = tools
    with tempfile.TemporaryDirectory() as name:
        os.chmod(name, 0o777)
        data = Path(name) / "data"
        shutil.copy(place / "items.copy", name)
        os.chmod(Path(name) / "items.copy", 0o644)

        def call(*command, **options):
            return subprocess.run([*words, *map(str, command)], check=True, capture_output=True, text=True, cwd=name, **options).stdout

        call(folder / "initdb", "-D", data, "-A", "trust", "-U", "iisan")
        call(folder / "pg_ctl", "-D", data, "-w", "-l", Path(name) / "log", "-o", f"-c listen_addresses= -k {name}", "start")
        try:
            def ask(sql):
                return call("psql", "-h", name, "-U", "iisan", "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-qAt", "-c", sql)

            has_vector = ask("SELECT count(*) FROM pg_available_extensions WHERE name = 'vector'").strip() == "1"
            if has_vector:
                ask("CREATE EXTENSION vector")
            ask(f"CREATE TABLE items (id text PRIMARY KEY, embedding {'vector' if has_vector else 'bytea'} NOT NULL)")
            ask(f"COPY items FROM '{name}/items.copy' WITH (FORMAT binary)")
            assert int(ask("SELECT count(*) FROM items")) == len(rows)
            if has_vector:
                return said("pgvector", "COPY into PostgreSQL with pgvector took every row")
            found = dict(line.split("|") for line in ask("SELECT convert_to(id, 'UTF8'), embedding FROM items").splitlines())
            assert found == {"\\x" + id.hex(): "\\x" + vector.hex() for id, vector in rows}
            said("pgvector", "COPY into PostgreSQL took every row; its vector type is not here, so the column was bytea")
        finally:
            call(folder / "pg_ctl", "-D", data, "-m", "immediate", "stop")


def check_qdrant(place, items, users, ids, products):
    points = [json.loads(line) for line in (place / "items.ndjson").read_text().splitlines()]
    settings = json.loads((place / "collection.json").read_text())["vectors"]
    client = QdrantClient(":memory:")
    client.create_collection(
        "items", vectors_config=models.VectorParams(size=settings["size"], distance=models.Distance(settings["distance"])))
    client.upsert("items", [models.PointStruct(**point) for point in points])
    assert numpy.array_equal(numpy.array([point["vector"] for point in points], numpy.float32), items)
    assert [point["payload"]["item_id"] for point in points] == ids
    found = []
    for user in users[:QDRANT_USERS]:
        answer = client.query_points("items", query=user.tolist(), limit=TOP, with_payload=True).points
        assert [ids[point.id] for point in answer] == [point.payload["item_id"] for point in answer]
        found.append([point.id for point in answer])
    check_best("qdrant", found, products)
    said("qdrant", f"qdrant-client in memory: every point, the same best of {len(found)} users")


def main():
    iisan, run, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    place, card = export(iisan, run, folder, "npy")
    items, users, ids = check_npy(place)
    products = best(users, items)[1]
    check_lists(iisan, run, card, users, items, ids)
    check_fbin(export(iisan, run, folder, "fbin")[0], items)
    check_faiss(export(iisan, run, folder, "faiss")[0], items, users, products)
    check_pgvector(export(iisan, run, folder, "pgvector")[0], items, ids)
    check_qdrant(export(iisan, run, folder, "qdrant")[0], items, users, ids, products)


main()
