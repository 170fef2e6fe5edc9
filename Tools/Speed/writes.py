"""Writes items and events to a running server, and tells how long it takes and how many it keeps a second.

    python3 Tools/Speed/writes.py ADDRESS --pictures FOLDER [--items 100] [--bulk 20] [--singles 5000] [--connections 64]

Items: each is PUT with a title and a JPEG of FOLDER in one request, and a question that only it can answer is asked until it does; the time
counts from the first byte of the one to the last of the other. Events: lists of 10,000, one after the other from two connections; and
single events from many connections, each of which waits for its answer. All are acknowledged after they are on the disk (`serve.durability:
full`). What is written stays: use a folder of its own. The result is JSON on standard output. Python's standard library is enough.
"""

import argparse
import asyncio
import base64
import http.client
import json
import os
import pathlib
import threading
import time
import urllib.parse

from load import Pool, request, share


def ask(connection, method, path, body=None, type="application/json"):
    connection.request(method, path, body, {"Content-Type": type} if body is not None else {})
    answer = connection.getresponse()
    data = answer.read()
    if answer.status >= 300:
        raise SystemExit(f"{method} {path}: {answer.status} {data[:300]}")
    return json.loads(data)


def items(place, pictures, count, history):
    connection = http.client.HTTPConnection(place.hostname, place.port)
    stored, answered, again = [], [], 0
    stamp = time.time_ns()
    for number in range(count + 1):
        id, tag = f"film-{stamp}-{number}", f"only-{stamp}-{number}"
        picture = base64.b64encode(pictures[number % len(pictures)].read_bytes()).decode()
        body = json.dumps({"title": f"A Film of {number} Nights (1998)", "tags": [tag], "picture": picture}).encode()
        question = json.dumps({"history": history, "n": 1, "where": [[tag]]}).encode()
        start = time.perf_counter()
        ask(connection, "PUT", f"/v1/items/{id}", body)
        kept = time.perf_counter()
        while [item["item"] for item in ask(connection, "POST", "/v1/recommend", question)["items"]] != [id]:
            again += 1
        # The first loads the encoders.
        if number > 0:
            stored.append(kept - start)
            answered.append(time.perf_counter() - start)
        else:
            first = time.perf_counter() - start
    stored.sort()
    answered.sort()
    return {"items": count, "firstMs": 1000 * first, "putMedianMs": 1000 * share(stored, 0.5), "inAnswerMedianMs": 1000 * share(answered, 0.5),
            "inAnswerMostMs": 1000 * answered[-1], "askedAgain": again, "load": os.getloadavg()[0]}


def bulk(place, lists, history):
    stamp = time.time_ns()
    bodies = [json.dumps([
        {"user": f"u{stamp}-{number % 977}", "item": history[number % len(history)], "id": f"{stamp}-{part}-{number}",
         "time": 1_700_000_000_000 + number} for number in range(10_000)]).encode() for part in range(lists)]
    accepted = []

    def send(mine):
        connection = http.client.HTTPConnection(place.hostname, place.port)
        for body in mine:
            accepted.append(ask(connection, "POST", "/v1/events", body)["accepted"])

    start = time.perf_counter()
    threads = [threading.Thread(target=send, args=(bodies[half::2],)) for half in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    if sum(accepted) != lists * 10_000:
        raise SystemExit(f"{sum(accepted)} of {lists * 10_000} events were accepted")
    return {"events": sum(accepted), "perSecond": sum(accepted) / seconds, "load": os.getloadavg()[0]}


async def singles(place, count, connections, history):
    pool = Pool(place.hostname, place.port)
    stamp, times, failed = time.time_ns(), [], 0
    numbers = iter(range(count))

    async def one():
        nonlocal failed
        for number in numbers:
            body = json.dumps([{"user": f"s{stamp}-{number % 977}", "item": history[number % len(history)], "id": f"{stamp}-{number}"}])
            start = time.perf_counter()
            status, answer, _ = await pool.ask(request(place.netloc, "POST", "/v1/events", body.encode()))
            times.append(time.perf_counter() - start)
            failed += status != 200 or b'"accepted":1' not in answer

    start, cpu = time.perf_counter(), time.process_time()
    await asyncio.gather(*(one() for _ in range(connections)))
    seconds = time.perf_counter() - start
    times.sort()
    return {"events": count, "connections": connections, "perSecond": count / seconds, "failed": failed, "p50ms": 1000 * share(times, 0.5),
            "p99ms": 1000 * share(times, 0.99), "clientCPUms": 1000 * (time.process_time() - cpu) / count, "load": os.getloadavg()[0]}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--items", type=int, default=100)
    parser.add_argument("--bulk", type=int, default=20)
    parser.add_argument("--singles", type=int, default=5000)
    parser.add_argument("--connections", type=int, default=64)
    options = parser.parse_args()
    place = urllib.parse.urlsplit(options.address)
    connection = http.client.HTTPConnection(place.hostname, place.port)
    history = [item["id"] for item in ask(connection, "GET", "/v1/items?n=10")["items"]]
    result = {}
    if options.pictures and options.items:
        result["items"] = items(place, sorted(options.pictures.glob("*.jpg")), options.items, history)
    if options.bulk:
        result["bulk"] = bulk(place, options.bulk, history)
    if options.singles:
        result["singles"] = asyncio.run(singles(place, options.singles, options.connections, history))
    print(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
