"""Kills a server at random moments while items, pictures and events are written, starts it again, and looks for what was acknowledged.

    python3 Tools/Torture/server.py --iisan .build/release/iisan --run RUN --pictures FOLDER [--rounds 200] [--database postgres://...]

RUN is a trained run that takes new items, FOLDER has JPEG files. After each kill: every item is as its last acknowledged change left it, or
as the one that was under way would have; every acknowledged event is there, none twice; the revisions of changes rise. At the end a fresh
server is given the same items, and both have to give the same vectors and answers. Prints what it found; the exit code is 1 where something
was lost. Python's standard library is enough. Linux.
"""

import argparse
import base64
import http.client
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse


class Server:
    """A running server of a folder."""

    def __init__(self, options, folder, database=None):
        self.folder = pathlib.Path(folder)
        address = self.folder / "address.json"
        address.unlink(missing_ok=True)
        settings = ["--set", "serve.port=0", "--set", f"serve.folder={folder}"]
        if database:
            settings += ["--set", f"serve.database={database}"]
        self.log = open(f"{folder}.log", "ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [os.path.abspath(options.iisan), "serve", os.path.abspath(options.run), *settings], stdout=self.log, stderr=self.log,
            cwd=options.root)
        while not address.exists():
            if self.process.poll() is not None:
                sys.exit(f"the server ended with {self.process.returncode}; see {folder}.log")
            time.sleep(0.01)
        while True:
            try:
                self.place = urllib.parse.urlsplit(json.loads(address.read_text())["address"])
                if self.ask("GET", "/health/ready")[0] == 200:
                    break
            except (ValueError, OSError):
                pass
            time.sleep(0.02)
        self.startSeconds = time.monotonic() - began

    def connection(self):
        return http.client.HTTPConnection(self.place.hostname, self.place.port, timeout=60)

    def ask(self, method, path, body=None, connection=None, type="application/json"):
        own = connection or self.connection()
        own.request(method, path, body, {"Content-Type": type} if body is not None else {})
        answer = own.getresponse()
        data = answer.read()
        if not connection:
            own.close()
        return answer.status, data

    def json(self, method, path, body=None):
        status, data = self.ask(method, path, None if body is None else json.dumps(body).encode())
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {data[:300]}")
        return json.loads(data) if data else None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        self.process.terminate()
        return self.process.wait(timeout=40)


def place(id):
    return "/v1/items/" + urllib.parse.quote(id, safe="")


class Writer(threading.Thread):
    """Changes items of its own, and sends events of users of its own, until the server is gone."""

    def __init__(self, number, server, pictures, state):
        super().__init__(daemon=True)
        self.number, self.server, self.pictures, self.state = number, server, pictures, state
        self.chance = random.Random(os.urandom(8))
        self.wrong = None

    def run(self):
        try:
            connection = self.server.connection()
            while True:
                self.event(connection) if self.chance.random() < 0.4 else self.change(connection)
        except (OSError, http.client.HTTPException):
            pass
        except Exception as error:
            self.wrong = f"writer {self.number}: {error!r}"

    def send(self, connection, method, path, body, type="application/json"):
        status, data = self.server.ask(method, path, body, connection, type)
        if status >= 300:
            raise AssertionError(f"{method} {path}: {status} {data[:300]}")
        return json.loads(data) if data else None

    def change(self, connection):
        """The new state is noted as one that may be there before it is sent, and as the only one when it is acknowledged."""
        items = self.state["items"]
        id = f"w{self.number}-{self.chance.randrange(30)}"
        entry = items.setdefault(id, {"may": [None], "revision": 0})
        now = entry["may"][0]
        kind = self.chance.random()
        picture = self.chance.choice(self.pictures)
        if now is None or kind < 0.3:
            tags = sorted(self.chance.sample(["a", "b", "c", "d"], self.chance.randrange(3)))
            new = {"title": f"Film {self.chance.randrange(10**6)}", "tags": tags, "hidden": self.chance.random() < 0.2,
                   "picture": now["picture"] if now else None}
            body = {key: new[key] for key in ("title", "tags", "hidden")}
            if self.chance.random() < 0.5:
                new["picture"] = picture.name
                body["picture"] = base64.b64encode(picture.read_bytes()).decode()
            request = ("PUT", place(id), json.dumps(body).encode())
        elif kind < 0.55:
            new = {**now, "picture": picture.name}
            request = ("PUT", place(id) + "/picture", picture.read_bytes(), "image/jpeg")
        elif kind < 0.85:
            new = {**now, "title": f"Film {self.chance.randrange(10**6)}", "hidden": not now["hidden"]}
            request = ("PATCH", place(id), json.dumps({"title": new["title"], "hidden": new["hidden"]}).encode())
        else:
            new, request = None, ("DELETE", place(id), None)
        entry["may"].append(new)
        answer = self.send(connection, *request)
        entry["may"] = [new]
        if answer:
            if answer["catalogue_revision"] <= entry["revision"]:
                raise AssertionError(f"{id}: revision {answer['catalogue_revision']} after {entry['revision']}")
            entry["revision"] = answer["catalogue_revision"]
        self.state["changes"] += 1

    def event(self, connection):
        user = f"user {self.number}-{self.chance.randrange(20)}"
        events = []
        for _ in range(self.chance.choice([1, 1, 1, 50])):
            self.state["count"] += 1
            event = {"user": user, "item": str(1 + self.chance.randrange(1600)), "time": 1_700_000_000_000 + self.state["count"]}
            if self.chance.random() < 0.5:
                event["id"] = f"{self.number}-{self.state['count']}"
            events.append(event)
        # What may have been sent before is sent again, as a client would that had no answer.
        events += self.state["unsure"][:100]
        self.state["sent"] += [event for event in events if event not in self.state["unsure"]]
        repeated, self.state["unsure"] = self.state["unsure"], [*self.state["unsure"], *events[: len(events)]]
        answer = self.send(connection, "POST", "/v1/events", json.dumps(events).encode())
        if answer["accepted"] + answer["duplicates"] != len(events):
            raise AssertionError(f"{len(events)} events were sent: {answer}")
        kept = {json.dumps(event) for event in events}
        self.state["unsure"] = [event for event in repeated if json.dumps(event) not in kept]
        self.state["acknowledged"] += events


def check_items(server, states, wrong):
    for state in states:
        for id, entry in state["items"].items():
            status, data = server.ask("GET", place(id))
            found = json.loads(data) if status == 200 else None
            seen = None
            if found is not None:
                seen = {key: found.get(key) for key in ("title", "tags", "hidden")}
            match = None
            for may in reversed(entry["may"]):
                if may is None and seen is None or may and seen and all(may[key] == seen[key] for key in seen) and (
                        (may["picture"] is None) == (found.get("picture") is None)):
                    match = [may]
                    break
            if match is None:
                wrong.append(f"{id} is {found}, expected one of {entry['may']}")
            entry["may"] = match or [None]
            if found and found["revision"] < entry["revision"]:
                wrong.append(f"{id} is at revision {found['revision']}, acknowledged was {entry['revision']}")


def check_events(server, states, wrong):
    for state in states:
        names = {event["user"] for event in state["sent"]}
        found = {}
        for user in names:
            events = server.json("GET", f"/v1/users/{urllib.parse.quote(user)}/events?n=100000")["events"]
            for event in events:
                stamp = event["time"]
                key = (user, event["item"], stamp, event.get("id"))
                if key in found:
                    wrong.append(f"event {key} is there twice")
                found[key] = True
            times = [event["time"] for event in events]
            if times != sorted(times):
                wrong.append(f"the events of {user} are not in order")
        known = {(user, item, id) for user, item, _, id in found}
        times = {}
        for user, item, stamp, id in found:
            times.setdefault((user, item, id), set()).add(stamp)
        for event in state["acknowledged"]:
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(event["time"] // 1000)) + f".{event['time'] % 1000:03d}Z"
            key = (event["user"], event["item"], event.get("id"))
            if key not in known or stamp not in times[key]:
                wrong.append(f"acknowledged event {event} is lost")
        distinct = {json.dumps(event) for event in state["sent"]}
        if len(found) > len(distinct):
            wrong.append(f"{len(found)} events are there, {len(distinct)} were sent")


def close(one, two):
    return abs(one - two) <= 1e-4 * max(1, abs(one), abs(two))


def check_fresh(options, server, states, folder, pictures, wrong):
    """A fresh server that is given the same items has the same vectors, and gives the same answers."""
    items = {id: entry["may"][0] for state in states for id, entry in state["items"].items() if entry["may"][0]}
    fresh = Server(options, f"{folder}-fresh")
    for id, item in items.items():
        body = {key: item[key] for key in ("title", "tags", "hidden")}
        if item["picture"]:
            body["picture"] = base64.b64encode((pictures / item["picture"]).read_bytes()).decode()
        fresh.json("PUT", place(id), body)
    names = sorted(items)
    for start in range(0, len(names), 500):
        part = names[start:start + 500]
        one, two = (s.json("POST", "/v1/vectors", {"items": part})["items"] for s in (server, fresh))
        for id, a, b in zip(part, one, two):
            if (a is None) != (b is None) or a and not all(close(x, y) for x, y in zip(a, b)):
                wrong.append(f"the vector of {id} is not that of a fresh server")
    chance = random.Random(2)
    for _ in range(100):
        history = [str(1 + chance.randrange(1600)) for _ in range(8)] + chance.sample(names, min(2, len(names)))
        one, two = (s.json("POST", "/v1/recommend", {"history": history, "n": 50}) for s in (server, fresh))
        if not all(close(a["score"], b["score"]) for a, b in zip(one["items"], two["items"])):
            wrong.append(f"the answers to {history} are not those of a fresh server")
    if fresh.stop() != 0:
        wrong.append("the fresh server did not end with 0")
    return len(items)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--iisan", required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--pictures", required=True, type=pathlib.Path)
    parser.add_argument("--root", default=".", help="the folder that the run's paths start from")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--writers", type=int, default=6)
    parser.add_argument("--database")
    options = parser.parse_args()
    pictures = sorted(options.pictures.glob("*.jpg"))[:40]
    wrong, starts = [], []
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="iisan-kills-") as temporary:
        folder = f"{temporary}/served"
        states = [{"items": {}, "sent": [], "acknowledged": [], "unsure": [], "count": 0, "changes": 0}
                  for _ in range(options.writers)]
        server = Server(options, folder, options.database)
        for turn in range(options.rounds):
            writers = [Writer(number, server, pictures, state) for number, state in enumerate(states)]
            for writer in writers:
                writer.start()
            # The encoders are loaded by the first item: every other server lives long enough to change many.
            time.sleep(random.uniform(0.02, 1) if turn % 2 else random.uniform(1, 4))
            server.kill()
            for writer in writers:
                writer.join()
                if writer.wrong:
                    wrong.append(writer.wrong)
            server = Server(options, folder, options.database)
            starts.append(server.startSeconds)
            check_items(server, states, wrong)
            if turn % 10 == 9 or turn == options.rounds - 1:
                check_events(server, states, wrong)
            if wrong:
                break
            if turn % 10 == 9:
                print(f"{turn + 1} kills, {sum(s['changes'] for s in states)} changes, load {os.getloadavg()[0]:.1f}", flush=True)
        compared = check_fresh(options, server, states, folder, options.pictures, wrong) if not wrong else 0
        if server.stop() != 0:
            wrong.append("the server did not end with 0")
    print(json.dumps({
        "kills": len(starts), "changes": sum(state["changes"] for state in states),
        "events": sum(len(state["acknowledged"]) for state in states), "compared": compared,
        "startSeconds": [round(sorted(starts)[len(starts) // 2], 2), round(max(starts), 2)],
        "seconds": round(time.monotonic() - began), "load": os.getloadavg()[0], "wrong": wrong[:20]}, indent=1))
    sys.exit(1 if wrong else 0)


if __name__ == "__main__":
    main()
