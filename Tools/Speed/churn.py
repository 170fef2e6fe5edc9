"""Changes items of a running server and lets it open its run again, while load.py asks: nothing of that may lose a request.

    python3 Tools/Speed/churn.py ADDRESS [--changes 1000] [--new 100] [--reloads 2]

Marks and tags of items of the dataset are changed, new items with titles come in between, and the run is opened again at equal distances.
Prints how long it took and every answer that was none. Python's standard library is enough.
"""

import argparse
import http.client
import json
import os
import threading
import time
import urllib.parse


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("address")
    parser.add_argument("--changes", type=int, default=1000)
    parser.add_argument("--new", type=int, default=100)
    parser.add_argument("--reloads", type=int, default=2)
    options = parser.parse_args()
    place = urllib.parse.urlsplit(options.address)
    failed, reloads = [], []

    def ask(connection, method, path, body):
        connection.request(method, path, json.dumps(body).encode(), {"Content-Type": "application/json"})
        answer = connection.getresponse()
        data = answer.read()
        if answer.status >= 300:
            failed.append(f"{method} {path}: {answer.status} {data[:200]}")
        return data

    connection = http.client.HTTPConnection(place.hostname, place.port)
    connection.request("GET", "/v1/items?n=1000")
    ids = [item["id"] for item in json.loads(connection.getresponse().read())["items"]]

    def reload():
        own = http.client.HTTPConnection(place.hostname, place.port)
        start = time.perf_counter()
        ask(own, "POST", "/v1/admin/reload", {})
        reloads.append(time.perf_counter() - start)

    start, stamp = time.perf_counter(), time.time_ns()
    every = max(1, options.changes // max(1, options.new))
    threads = []
    for number in range(options.changes):
        if options.new and number % every == 0:
            ask(connection, "PUT", f"/v1/items/churn-{stamp}-{number}", {"title": f"A Film of {number} Nights"})
        else:
            # Hidden and shown again by turns, so that all are shown at the end.
            id = ids[number // 2 % len(ids)]
            ask(connection, "PATCH", "/v1/items/" + urllib.parse.quote(id, safe=""), {"hidden": number % 2 == 0})
        if options.reloads and number % (options.changes // (options.reloads + 1)) == options.changes // (options.reloads + 1) - 1:
            if len(threads) < options.reloads:
                threads.append(threading.Thread(target=reload))
                threads[-1].start()
    for thread in threads:
        thread.join()
    print(json.dumps({"changes": options.changes, "seconds": time.perf_counter() - start, "reloadSeconds": reloads, "failed": len(failed),
                      "first": failed[:3], "load": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
