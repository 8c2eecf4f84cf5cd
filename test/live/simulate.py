#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""assay simulate against something that listens: HTTP and TCP, also when it is away for a while.

    simulate.py ASSAY
"""
import os
import socket
import subprocess
import sys
import threading

from stand_in import StandIn

ASSAY = sys.argv[1]
count = 0


def ok(is_so, sentence, seen=""):
    global count
    count += 1
    print(f"{'ok' if is_so else 'not ok'} {count} - {sentence}", flush=True)
    if not is_so:
        for line in str(seen).splitlines():
            print(f"# {line}", flush=True)


def simulate(address, *options):
    environment = {**os.environ, "ASSAY_TOKEN": "secret", "LC_ALL": "C.UTF-8"}
    return subprocess.run([ASSAY, "simulate", "plant", address, "--seed", "3", *options], text=True,
                          capture_output=True, timeout=60, env=environment)


def values(text):
    """What was measured, without the times, in order."""
    return [line.rsplit(" ", 1)[0] for line in text.splitlines()]


def as_sent(**more):
    """The first readings of each source as the program itself writes them."""
    text = simulate("-", "--start", "2026-01-05", "--seconds", "1", "--speed", "60", **more).stdout
    return {name: [v for v in values(text) if v.startswith(name)]
            for name in ("machining", "moulding", "assembly", "tester")}


def over_http():
    server = StandIn(token="secret")
    done = simulate(f"http://{server.address}", "--seconds", "1", "--speed", "60")
    got = {}
    for path, _, body in server.posted:
        got.setdefault(path, []).extend(values(body))
    ok(done.returncode == 0 and got == {f"/api/v1/write?source={k}": v for k, v in as_sent().items()},
       "over HTTP each source sends what it measures, once and in order", (done, got))
    ok(all(h["Content-Type"].startswith("text/plain") for _, h, _ in server.posted), "as line protocol")


def refused():
    server = StandIn(token="other")
    done = simulate(f"http://{server.address}", "--seconds", "1", "--speed", "60")
    ok(done.returncode == 1 and "answers 401: who are you?" in done.stderr and "ASSAY_TOKEN" in done.stderr,
       "what the server refuses for good ends it, with the server's words", done)


def away():
    server = StandIn(token="secret")
    server.refuse = 1
    done = simulate(f"http://{server.address}", "--seconds", "1", "--speed", "60")
    got = [v for path, _, body in server.posted if path.endswith("=machining") for v in values(body)]
    ok(done.returncode == 0 and got == as_sent()["machining"] and "trying again" in done.stderr and
       "reached again" in done.stderr, "what a server in trouble did not take is sent again", (done, got))


def over_tcp():
    listener = socket.create_server(("127.0.0.1", 0))
    parts = []

    def take(connection):
        with connection, connection.makefile() as lines:
            parts.append(lines.read())

    def accept():
        threads = []
        for _ in range(4):
            thread = threading.Thread(target=take, args=(listener.accept()[0],))
            thread.start()
            threads.append(thread)
        for thread in threads:
            thread.join()

    accepting = threading.Thread(target=accept)
    accepting.start()
    done = simulate("127.0.0.1:%d" % listener.getsockname()[1], "--seconds", "1", "--speed", "60")
    accepting.join(20)
    ok(done.returncode == 0 and sorted(map(values, parts)) == sorted(as_sent().values()),
       "over TCP each source has its connection", (done, parts))


for part in (over_http, refused, away, over_tcp):
    part()
print(f"1..{count}")
