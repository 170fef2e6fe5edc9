"""Keeps a server under questions, events and changes for an hour, and watches what it holds.

    python3 Tools/Torture/soak.py --iisan .build/release/iisan --run RUN [--minutes 60] [--rate 25] [--folder SERVED]

One client asks at a constant rate, one keeps events, and one changes items, 600 in turn with a reload, of which a tenth are new, without end.
Each minute a line says what the process holds: resident memory without files' pages, open files, threads, the log's size, how many answers came
and how many requests failed. The exit code is 1 where a request failed, or where memory, files or threads were more at the end than in the
second quarter of the time by more than a tenth. Python's standard library is enough. Linux.
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse


class Soak:
    """The clients of one server, and what they saw."""

    def __init__(self, place, rate):
        self.place, self.rate, self.over = place, rate, threading.Event()
        self.counts, self.failed, self.lock = collections.Counter(), [], threading.Lock()

    def ask(self, connection, method, path, body=None):
        """An answer; any that is none is noted."""
        data = json.dumps(body).encode() if body is not None else None
        try:
            connection.request(method, path, data, {"Content-Type": "application/json"} if data else {})
            answer = connection.getresponse()
            text = answer.read()
            good = answer.status < 300
            trouble = f"{answer.status} {text[:200]}"
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            good, text, trouble = False, b"", repr(error)
        with self.lock:
            self.counts["answers" if good else "failures"] += 1
            if not good and len(self.failed) < 20:
                self.failed.append(f"{method} {path}: {trouble}")
        return json.loads(text) if good and text else None

    def connection(self):
        return http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=60)

    def questions(self, ids):
        connection, number, start = self.connection(), 0, time.monotonic()
        while not self.over.wait(max(0, start + number / self.rate - time.monotonic())):
            history = [ids[(number * 7 + place * 31) % len(ids)] for place in range(10)]
            self.ask(connection, "POST", "/v1/recommend", {"history": history, "n": 10, "reasons": number % 5 == 0})
            number += 1

    def events(self, ids):
        connection, number = self.connection(), 0
        while not self.over.wait(1):
            events = [
                {"user": f"u{(number + place) % 997}", "item": ids[(number * 13 + place) % len(ids)], "type": "view"}
                for place in range(100)]
            self.ask(connection, "POST", "/v1/events", events)
            number += 1

    def changes(self, ids):
        connection, number = self.connection(), 0
        while not self.over.wait(0.02):
            if number % 10 == 0:
                # The same sixty ids again and again: new, changed, and removed by turns.
                id = f"soak-{number // 10 % 60}"
                if number // 600 % 3 == 2:
                    self.ask(connection, "DELETE", f"/v1/items/{id}")
                else:
                    self.ask(connection, "PUT", f"/v1/items/{id}", {"title": f"A film of {number} nights"})
            else:
                id = urllib.parse.quote(ids[number // 2 % len(ids)], safe="")
                self.ask(connection, "PATCH", f"/v1/items/{id}", {"hidden": number % 2 == 0})
            number += 1
            if number % 600 == 0:
                self.ask(connection, "POST", "/v1/admin/reload", {})


def held(process, folder):
    """Megabytes of memory that are no file's pages, open files, threads, megabytes of the database's logs."""
    memory = 0
    for line in pathlib.Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(("RssAnon", "RssShmem")):
            memory += int(line.split()[1])
        if line.startswith("Threads"):
            threads = int(line.split()[1])
    logs = sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*-wal"))
    return memory / 1024, len(os.listdir(f"/proc/{process}/fd")), threads, logs / 1e6


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--iisan", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--minutes", type=int, default=60)
    parser.add_argument("--rate", type=float, default=25)
    parser.add_argument("--folder", help="what the server keeps its data in; a temporary one by default")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or f"{temporary}/served"
        with open(f"{temporary}/log", "wb") as log:
            server = subprocess.Popen(
                [options.iisan, "serve", options.run, "--set", "serve.port=0", "--set", f"serve.folder={folder}"],
                stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            soak = Soak(urllib.parse.urlsplit(server.stdout.readline().strip()), options.rate)
            ids = [item["id"] for item in soak.ask(soak.connection(), "GET", "/v1/items?n=1000")["items"]]
            clients = [threading.Thread(target=client, args=[ids]) for client in (soak.questions, soak.events, soak.changes)]
            for client in clients:
                client.start()
            samples = []
            print("minute  memory MB  files  threads  log MB  answers  failures", flush=True)
            for minute in range(1, options.minutes + 1):
                time.sleep(60)
                if server.poll() is not None:
                    soak.failed.append(f"the server ended with {server.returncode}")
                    break
                samples.append(held(server.pid, folder))
                memory, files, threads, logs = samples[-1]
                print(
                    f"{minute:6}  {memory:9.0f}  {files:5}  {threads:7}  {logs:6.1f}  {soak.counts['answers']:7}"
                    f"  {soak.counts['failures']:8}", flush=True)
            soak.over.set()
            for client in clients:
                client.join()
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait()
        for failure in soak.failed:
            print(failure, file=sys.stderr)
    quarter = max(1, len(samples) // 4)
    grown = []
    for place, name in enumerate(["memory", "open files", "threads"]):
        before = statistics.median(sample[place] for sample in samples[quarter:2 * quarter] or samples)
        after = statistics.median(sample[place] for sample in samples[-quarter:])
        print(f"{name}: {before:.0f} in the second quarter, {after:.0f} in the last")
        if after > 1.1 * before:
            grown.append(name)
    if grown:
        print(f"grown: {', '.join(grown)}", file=sys.stderr)
    raise SystemExit(1 if soak.failed or grown else 0)


if __name__ == "__main__":
    main()
