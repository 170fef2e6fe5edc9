"""Asks a running server at constant rates, whatever it answers: an open loop, in which a slow answer holds up nobody's next question.

    python3 Tools/Speed/load.py ADDRESS --items IDS [--rates 50,200,500] [--seconds 30] [--history 10] [--folder SERVED]

A request's latency counts from the moment at which it should have been sent, so that time spent waiting for the client counts as well.
ADDRESS is as http://127.0.0.1:8080; IDS is a file with an item's id first in each line (separated by a tab) or the `items.jsonl` of a
dataset. Beside each rate stand the same figures of /health/live at that rate, which are what the client and HTTP cost alone, the machine's
load, and the server's memory where its process is named by --process. The result is JSON on standard output, a table on standard error.
Python's standard library is enough.
"""

import argparse
import asyncio
import json
import os
import random
import sys
import time
import urllib.parse


class Connection(asyncio.Protocol):
    """A connection that is kept alive, with one request at a time."""

    def __init__(self, pool):
        self.pool, self.answer, self.buffer, self.done = pool, None, b"", None

    def connection_made(self, transport):
        self.transport = transport

    def ask(self, request):
        self.done = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return self.done

    def data_received(self, data):
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        fields = self.buffer[:head].lower()
        place = fields.find(b"content-length:")
        length = int(fields[place + 15:].split(b"\r\n", 1)[0]) if place >= 0 else 0
        if len(self.buffer) < head + 4 + length:
            return
        status, body = int(fields[9:12]), self.buffer[head + 4:head + 4 + length]
        self.buffer = self.buffer[head + 4 + length:]
        if b"connection: close" in fields:
            self.transport.close()
        else:
            self.pool.free.append(self)
        done, self.done = self.done, None
        if done and not done.done():
            done.set_result((status, body, fields))

    def connection_lost(self, error):
        if self in self.pool.free:
            self.pool.free.remove(self)
        self.pool.open -= 1
        if self.done and not self.done.done():
            self.done.set_exception(ConnectionError("the connection was lost"))


class Pool:
    """Connections to one address."""

    def __init__(self, host, port, most=900):
        self.host, self.port, self.most, self.free, self.open = host, port, most, [], 0
        self.room = asyncio.Semaphore(most)

    async def ask(self, request):
        async with self.room:
            if self.free:
                connection = self.free.pop()
            else:
                self.open += 1
                try:
                    _, connection = await asyncio.get_running_loop().create_connection(
                        lambda: Connection(self), self.host, self.port)
                except OSError:
                    self.open -= 1
                    raise
            return await connection.ask(request)


def request(host, method, path, body=None, token=None):
    head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n"
    if token:
        head += f"Authorization: Bearer {token}\r\n"
    if body is not None:
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return (head + "\r\n").encode() + (body or b"")


def share(values, part):
    return values[min(len(values) - 1, int(part * len(values)))] if values else None


def memory(process):
    if not process:
        return None
    with open(f"/proc/{process}/status") as file:
        return next(int(line.split()[1]) / 1024 for line in file if line.startswith("VmRSS"))


async def at_rate(pool, rate, seconds, make, check=None, process=None):
    """Sends requests at a constant rate; what became of them."""
    start = time.perf_counter() + 0.2
    latencies, statuses, models, tasks, late = [], {}, {}, set(), 0.0
    wrong = []

    async def one(due, body):
        try:
            status, answer, fields = await pool.ask(body)
        except (OSError, ConnectionError) as error:
            status, answer, fields = type(error).__name__, b"", b""
        taken = time.perf_counter() - due
        statuses[status] = statuses.get(status, 0) + 1
        if status == 200:
            latencies.append(taken)
            if check:
                try:
                    models[check(answer)] = models.get(check(answer), 0) + 1
                except Exception as error:
                    wrong.append(repr(error)[:200])
        elif status == 429 and b"retry-after" not in fields:
            wrong.append("429 without Retry-After")

    before = memory(process)
    cpu = time.process_time()
    for place in range(int(rate * seconds)):
        due = start + place / rate
        while (wait := due - time.perf_counter()) > 0:
            await asyncio.sleep(wait if wait > 0.002 else 0)
        late = max(late, -wait)
        task = asyncio.create_task(one(due, make()))
        tasks.add(task)
        task.add_done_callback(tasks.discard)
    sent = time.perf_counter()
    if tasks:
        await asyncio.wait(tasks, timeout=40)
    latencies.sort()
    asked = int(rate * seconds)
    return {
        "rate": rate, "seconds": seconds, "asked": asked, "answered": len(latencies),
        "p50ms": latencies and 1000 * share(latencies, 0.5), "p99ms": latencies and 1000 * share(latencies, 0.99),
        "mostms": latencies and 1000 * latencies[-1], "statuses": {str(key): value for key, value in statuses.items()},
        "unanswered": asked - sum(statuses.values()), "models": models, "wrong": wrong[:5], "wrongCount": len(wrong),
        "sentPerSecond": asked / (sent - start), "clientCPUmsPerRequest": 1000 * (time.process_time() - cpu) / asked,
        "clientLateMs": 1000 * late, "load": os.getloadavg()[0], "memoryMB": [before, memory(process)],
    }


def ids(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".jsonl"):
            return [json.loads(line)["id"] for line in file]
        return [line.rstrip("\n").split("\t")[0] for line in file]


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--items", required=True)
    parser.add_argument("--rates", default="50,200,500")
    parser.add_argument("--seconds", type=float, default=30)
    parser.add_argument("--history", type=int, default=10)
    parser.add_argument("--process", type=int)
    parser.add_argument("--no-floor", action="store_true")
    options = parser.parse_args()
    place = urllib.parse.urlsplit(options.address)
    host = place.netloc
    known, chance = ids(options.items), random.Random(1)
    pool = Pool(place.hostname, place.port)

    def question():
        body = json.dumps({"history": chance.sample(known, options.history), "n": 10}).encode()
        return request(host, "POST", "/v1/recommend", body)

    def checked(answer):
        answer = json.loads(answer)
        items = answer["items"]
        if len(items) != 10 or any(a["score"] < b["score"] for a, b in zip(items, items[1:])):
            raise ValueError("not ten items in order")
        return answer["model"]

    live = request(host, "GET", "/health/live")
    results = []
    await at_rate(pool, 20, 2, question)
    for rate in map(float, options.rates.split(",")):
        result = {}
        if not options.no_floor:
            floor = await at_rate(pool, rate, 5, lambda: live)
            result["floor"] = {key: floor[key] for key in ("p50ms", "p99ms", "clientCPUmsPerRequest")}
        result.update(await at_rate(pool, rate, options.seconds, question, checked, options.process))
        results.append(result)
        floor = result.get("floor", {"p50ms": 0, "p99ms": 0})
        print(
            f"{rate:7.0f}/s  p50 {result['p50ms'] or 0:8.1f} ms  p99 {result['p99ms'] or 0:8.1f} ms  most {result['mostms'] or 0:8.1f} ms  "
            f"{result['statuses']} unanswered {result['unanswered']} wrong {result['wrongCount']}  load {result['load']:.1f}  "
            f"live p50 {floor['p50ms']:.1f} p99 {floor['p99ms']:.1f}  client {result['clientCPUmsPerRequest']:.2f} ms CPU, "
            f"late {result['clientLateMs']:.0f} ms, memory {result['memoryMB']}", file=sys.stderr)
    json.dump(results, sys.stdout, indent=1)
    print()


if __name__ == "__main__":
    asyncio.run(main())
