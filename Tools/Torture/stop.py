"""Tells a server to stop while clients ask, and counts the requests that were sent and got no answer.

    python3 Tools/Torture/stop.py --iisan .build/release/iisan --run RUN [--rounds 10] [--kept 40] [--rate 200]

Some clients keep their connections open and ask again and again, as long as the answer does not say that it was the connection's last; beside
them, at a constant rate, come clients with a connection each. A connection that cannot be made any more is no loss: nothing of a request was
sent, and the client can ask another server. Prints what became of the requests after SIGTERM; the exit code is 1 where one was lost. Python's
standard library is enough. Linux.
"""

import argparse
import collections
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse

BODY = json.dumps({"history": ["1", "7", "12"], "n": 10}).encode()


def asked(connection, host, close):
    """Sends a request and reads its answer: its status, and whether the connection goes on."""
    head = f"POST /v1/recommend HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n"
    connection.sendall((head + ("Connection: close\r\n" if close else "") + "\r\n").encode() + BODY)
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("closed without an answer")
        data += part
    fields, rest = data.split(b"\r\n\r\n", 1)
    fields = fields.lower()
    length = int(fields.split(b"content-length:")[1].split(b"\r\n")[0])
    while len(rest) < length:
        part = connection.recv(65536)
        if not part:
            raise ConnectionError("cut off")
        rest += part
    return int(fields[9:12]), b"connection: close" not in fields and not close


def round_of(options, number, temporary):
    folder = f"{temporary}/served-{number}"
    with open(f"{temporary}/log-{number}", "wb") as log:
        server = subprocess.Popen(
            [os.path.abspath(options.iisan), "serve", os.path.abspath(options.run), "--set", "serve.port=0", "--set", f"serve.folder={folder}"],
            stdout=subprocess.PIPE, stderr=log, cwd=options.root, text=True)
    place = urllib.parse.urlsplit(server.stdout.readline().strip())
    counts, lock = collections.Counter(), threading.Lock()
    told, over = threading.Event(), threading.Event()

    def note(what):
        if told.is_set():
            with lock:
                counts[what] += 1

    def opened():
        connection = socket.create_connection((place.hostname, place.port), timeout=30)
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return connection

    def kept():
        while not over.is_set():
            try:
                connection = opened()
            except OSError as error:
                note(f"not connected ({type(error).__name__})")
                return
            with connection:
                goes_on = True
                while goes_on and not over.is_set():
                    try:
                        status, goes_on = asked(connection, place.netloc, False)
                        note(f"{status}")
                    except OSError as error:
                        note(f"lost, kept open ({error})")
                        break
                    time.sleep(options.pause)

    def single():
        try:
            connection = opened()
        except OSError as error:
            return note(f"not connected ({type(error).__name__})")
        with connection:
            try:
                note(f"{asked(connection, place.netloc, True)[0]}")
            except OSError as error:
                note(f"lost, of its own ({error})")

    def stream():
        start = time.monotonic()
        for place in range(10**9):
            if over.is_set():
                return
            time.sleep(max(0, start + place / options.rate - time.monotonic()))
            thread = threading.Thread(target=single, daemon=True)
            thread.start()

    threads = [threading.Thread(target=kept, daemon=True) for _ in range(options.kept)] + [threading.Thread(target=stream, daemon=True)]
    for thread in threads:
        thread.start()
    time.sleep(2)
    told.set()
    began = time.monotonic()
    server.send_signal(signal.SIGTERM)
    code = server.wait(timeout=60)
    seconds = time.monotonic() - began
    over.set()
    for thread in threads:
        thread.join(timeout=5)
    time.sleep(1.5)
    return counts, code, seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--iisan", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--root", default=".", help="the folder that the run's paths start from")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--kept", type=int, default=40)
    parser.add_argument("--rate", type=float, default=200)
    parser.add_argument("--pause", type=float, default=0.02, help="seconds between an answer and the next request of a connection")
    options = parser.parse_args()
    total, codes, times = collections.Counter(), [], []
    with tempfile.TemporaryDirectory(prefix="iisan-stop-") as temporary:
        for number in range(options.rounds):
            counts, code, seconds = round_of(options, number, temporary)
            total += counts
            codes.append(code)
            times.append(round(seconds, 2))
    lost = sum(count for what, count in total.items() if what.startswith("lost"))
    print(json.dumps({"lost": lost, "requests": dict(total.most_common()), "codes": codes, "seconds": times, "load": os.getloadavg()[0]}, indent=1))
    sys.exit(1 if lost or any(codes) else 0)


if __name__ == "__main__":
    main()
