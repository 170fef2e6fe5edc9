"""Two servers of a run over one PostgreSQL behind one nginx, with Examples/Distributed/nginx/iisan.conf: what one is told, the other answers.

    python3 Tools/Torture/Cluster/replicas.py --iisan .build/debug/iisan [--rounds 5] [--rate 50]

The command has to be built with `--traits PostgreSQL`; nginx and PostgreSQL's programs have to be installed. Beside questions at a constant
rate through nginx: items put in through it are looked for in both servers; one server at a time is killed and started again; both are
reloaded, one after the other. A question that fails ends the script. Linux, root (PostgreSQL is started as the user postgres).
"""

import argparse
import collections
import http.client
import json
import os
import pathlib
import signal
import subprocess
import tempfile
import threading
import time

from shop import ROOT, Shop, require

PORTS = [18081, 18082]
FRONT = 18080


def ask(port, method, path, body=None, timeout=70):
    """A request on a connection of its own: status and answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    connection.request(method, path, json.dumps(body) if body is not None else None, {"Content-Type": "application/json"} if body else {})
    answer = connection.getresponse()
    data = answer.read()
    connection.close()
    return answer.status, json.loads(data) if data[:1] in b"{[" else data


class Database:
    """A PostgreSQL server in a folder, on a socket there."""

    def __init__(self, folder):
        self.programs = sorted(pathlib.Path("/usr/lib/postgresql").glob("*/bin"))[-1]
        self.folder = pathlib.Path(folder) / "postgresql"
        self.folder.mkdir()
        subprocess.run(["chown", "postgres", self.folder], check=True)
        self.as_user("initdb", "-D", "data", "-A", "trust", "-U", "iisan", "-E", "UTF8", "--no-sync")
        self.as_user("pg_ctl", "-D", "data", "-w", "-l", "log", "-o", f"-k {self.folder} -c listen_addresses=''", "start")
        self.as_user("createdb", "-h", self.folder, "-U", "iisan", "iisan")
        self.address = f"postgres://iisan@/iisan?host={self.folder}"

    def as_user(self, program, *arguments):
        subprocess.run(["runuser", "-u", "postgres", "--", self.programs / program, *arguments], cwd=self.folder, check=True,
                       stdout=subprocess.DEVNULL, env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"})

    def stop(self):
        self.as_user("pg_ctl", "-D", "data", "-m", "fast", "stop")


class Servers:
    """Both servers and the proxy before them."""

    def __init__(self, shop, run, database):
        self.shop, self.run, self.database = shop, run, database
        self.processes = [None, None]
        for number in range(2):
            self.start(number)
        self.nginx = self.proxy()

    def start(self, number):
        """Starts a server and waits until it answers."""
        with open(self.shop.folder / f"server-{number}.log", "ab") as log:
            process = subprocess.Popen(
                [self.shop.iisan, "serve", self.run, "--set", f"serve.port={PORTS[number]}", "--set", f"serve.database={self.database}",
                 "--set", f"serve.folder={self.shop.folder}/served", "--set", f"serve.hosts=[127.0.0.1:{FRONT}]"],
                cwd=self.shop.folder, env=self.shop.environment, stdout=subprocess.PIPE, stderr=log)
        self.processes[number] = process
        require(process.stdout.readline(), f"server {number}: {(self.shop.folder / f'server-{number}.log').read_text()[-2000:]}")

    def proxy(self):
        """nginx with the example's file, at other ports."""
        text = (ROOT / "Examples/Distributed/nginx/iisan.conf").read_text()
        for old, new in [("127.0.0.1:8081", f"127.0.0.1:{PORTS[0]}"), ("127.0.0.1:8082", f"127.0.0.1:{PORTS[1]}"),
                         ("listen 8080", f"listen 127.0.0.1:{FRONT}")]:
            require(old in text, f"nginx' file has no {old}")
            text = text.replace(old, new)
        folder = self.shop.folder / "nginx"
        folder.mkdir()
        (folder / "iisan.conf").write_text(text)
        (folder / "nginx.conf").write_text(
            f"worker_processes 1; daemon off; pid {folder}/pid; error_log {folder}/error.log;\n"
            f"events {{ worker_connections 2048; }}\nhttp {{ access_log off; client_body_temp_path {folder}/body;\n"
            f"proxy_temp_path {folder}/proxy; include {folder}/iisan.conf; }}\n")
        process = subprocess.Popen(["nginx", "-p", folder, "-c", folder / "nginx.conf"])
        for _ in range(100):
            time.sleep(0.05)
            try:
                return ask(FRONT, "GET", "/health/ready") and process
            except OSError:
                continue
        require(False, "nginx does not answer")

    def stop(self):
        self.nginx.terminate()
        for process in self.processes:
            process.terminate()
        return [process.wait(timeout=60) for process in [self.nginx] + self.processes][1:]


class Questions:
    """Questions through nginx at a constant rate, half of them on connections of their own."""

    def __init__(self, rate, history):
        self.counts, self.lock, self.over = collections.Counter(), threading.Lock(), threading.Event()
        self.slowest, self.rate, self.history = 0.0, rate, history
        self.threads = [threading.Thread(target=self.client, args=(number,)) for number in range(8)]
        for thread in self.threads:
            thread.start()

    def client(self, number):
        next_time = time.monotonic() + number / self.rate
        while not self.over.is_set():
            time.sleep(max(0, next_time - time.monotonic()))
            next_time += len(self.threads) / self.rate
            start = time.monotonic()
            try:
                if number % 2:
                    status, answer = ask(FRONT, "POST", "/v1/recommend", {"history": self.history, "n": 5})
                    what = str(status) if status != 200 or len(answer["items"]) == 5 else "short"
                else:
                    what = str(ask(FRONT, "GET", f"/v1/items/{self.history[0]}/similar")[0])
            except (OSError, http.client.HTTPException) as error:
                what = type(error).__name__
            with self.lock:
                self.counts[what] += 1
                self.slowest = max(self.slowest, time.monotonic() - start)

    def end(self):
        self.over.set()
        for thread in self.threads:
            thread.join()
        return dict(self.counts), self.slowest


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--iisan", required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rate", type=float, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        os.chmod(temporary, 0o755)
        shop = Shop(options.iisan, temporary, 3)
        for run in ("runs/first", "runs/second"):
            shop.run(["run", "config.yaml", "--set", f"train.run={run}", "--set", f"train.seed={len(run)}"])
        items = [json.loads(line)["id"] for line in (shop.folder / "dataset/items.jsonl").read_text().splitlines()]
        database = Database(temporary)
        try:
            servers = Servers(shop, "runs/first", database.address)
            try:
                tried(shop, servers, options, items)
            finally:
                print("exit codes of the servers", servers.stop(), flush=True)
        finally:
            database.stop()


def tried(shop, servers, options, items):
    history = items[:3]
    delays = []
    for number in range(20):
        status, answer = ask(FRONT, "PUT", f"/v1/items/new-{number}", {"title": f"Round copper kettle {number}", "tags": [f"only-{number}"]})
        require(status in (200, 201), f"PUT: {status} {answer}")
        kept = time.monotonic()
        for port in PORTS:
            while True:
                status, answer = ask(port, "POST", "/v1/recommend", {"history": history, "n": 1, "where": [[f"only-{number}"]]})
                if status == 200 and [item["item"] for item in answer["items"]] == [f"new-{number}"]:
                    break
                require(time.monotonic() - kept < 5, f"new-{number} is not in the answers of {port}: {status} {answer}")
                time.sleep(0.01)
        delays.append(time.monotonic() - kept)
    delays.sort()
    print(f"an item put in through nginx is in both servers' answers after {1000 * delays[10]:.0f} ms in the median, "
          f"{1000 * delays[-1]:.0f} ms at most", flush=True)
    require(delays[-1] < 1, "an item took longer than a second")
    require(ask(FRONT, "GET", "/metrics")[0] == 404 and ask(FRONT, "POST", "/v1/admin/reload", {})[0] == 404, "admin's routes are open")
    # As long as an item with the largest picture: nginx lets it through, and the server says what is wrong with it.
    status, answer = ask(FRONT, "PUT", "/v1/items/large", {"title": "x" * 15_000_000})
    require(status == 422 and "error" in answer, f"a body of 15 MB: {status} {answer}")

    for number in range(options.rounds):
        questions = Questions(options.rate, history)
        time.sleep(1)
        victim = number % 2
        servers.processes[victim].kill()
        servers.processes[victim].wait()
        changes = collections.Counter(ask(FRONT, "PATCH", f"/v1/items/new-{change}", {"title": f"Kettle {number} {change}"})[0]
                                      for change in range(20))
        time.sleep(2)
        servers.start(victim)
        time.sleep(3)
        counts, slowest = questions.end()
        print(f"server {victim} killed: questions {counts}, the slowest {slowest:.2f} s; changes in that moment {dict(changes)}", flush=True)
        require(set(counts) == {"200"}, f"questions were lost; nginx: {(shop.folder / 'nginx/error.log').read_text()[-1500:]}")
        titles = [{ask(port, "GET", f"/v1/items/new-{change}")[1]["title"] for port in PORTS} for change in range(20)]
        require(all(len(title) == 1 for title in titles), f"the servers know different titles: {titles}")

    questions = Questions(options.rate, history)
    time.sleep(1)
    folder = shop.folder / "runs"
    (folder / "first").rename(folder / "previous")
    (folder / "second").rename(folder / "first")
    models = []
    for port, process in zip(PORTS, servers.processes):
        before = ask(port, "GET", "/info")[1]["model"]
        process.send_signal(signal.SIGHUP)
        end = time.monotonic() + 30
        while ask(port, "GET", "/info")[1]["model"] == before:
            require(time.monotonic() < end, f"the server at {port} has not opened the new run")
            time.sleep(0.05)
        models.append(ask(port, "GET", "/info")[1]["model"])
    counts, slowest = questions.end()
    print(f"both reloaded: questions {counts}, the slowest {slowest:.2f} s", flush=True)
    require(set(counts) == {"200"} and models[0] == models[1], f"{counts}, {models}")


main()
