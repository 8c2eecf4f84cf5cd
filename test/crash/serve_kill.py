#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Kills `assay serve` while gauges publish with QoS 1: serve_kill.py ASSAY KILLS [SEED] [STORED]

One gauge publishes to a broker the server reads from (mosquitto, where it is installed), one to the
server's own endpoint; both number what they say and repeat what was not acknowledged. The server gets
SIGKILL at random moments and starts again, over and over, with STORED rows in the database from the
beginning (0). After each start every source's account adds up; now and then, and in the end, the database
checks clean and every number that was acknowledged is there once. Prints TAP and the slowest
start, with the most processor time one took."""
import collections
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
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "live"))
from broker import MOSQUITTO, Broker, free_port  # noqa: E402
from mqtt_wire import Closed, Sender  # noqa: E402

LOOK_EVERY = 100
FATES = ("stored", "duplicates", "conflicts", "refused", "pending")


class Server:
    def __init__(self, assay, database):
        self.assay, self.database, self.slowest, self.dearest = assay, database, 0, 0

    def start(self):
        began = time.monotonic()
        self.process = subprocess.Popen(
            [self.assay, "serve", self.database, "--listen", "127.0.0.1:0", "--demo", "--lang", "en"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip()
        if not self.address.startswith("http"):
            raise AssertionError(f"the server did not start: {self.address} {self.process.stderr.read()}")
        self.slowest = max(self.slowest, time.monotonic() - began)
        self.dearest = max(self.dearest, self.processor_time())
        self.token = next(line for line in self.process.stdout if line.startswith("demo token")).split()[-1]
        threading.Thread(target=self.process.stderr.read, daemon=True).start()

    def processor_time(self):
        """Of all its threads: on a busy machine the wall time says how long it waited for its turn."""
        tasks = pathlib.Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def end(self, how):
        self.process.send_signal(how)
        self.process.wait()
        self.process.stdout.close()

    def accounts(self):
        request = urllib.request.Request(f"{self.address}/api/v1/sources",
                                         headers={"Authorization": f"Bearer {self.token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return {s["name"]: s for s in json.load(answer)["sources"]}


class Gauge(threading.Thread):
    """Publishes until it is told to stop, over any number of connections. What it had to tell a broker again
    (one that stood still for ten seconds) is two messages to whoever reads there: QoS 1 between those two."""

    def __init__(self, topic, port, has_broker=False):
        super().__init__(daemon=True)
        self.sender, self.port, self.is_over = Sender(topic, 1, 100, topic.replace("/", "-")), port, False
        self.has_broker, self.told_again = has_broker, set()

    def run(self):
        while not self.is_over or self.sender.waiting:
            try:
                if self.has_broker:
                    self.told_again |= set(self.sender.waiting.values())
                self.sender.connect(self.port)
                while not self.is_over or self.sender.waiting:
                    self.sender.fill(0 if self.is_over else self.sender.number + 20)
                    self.sender.take()
            except (Closed, OSError, AssertionError):
                time.sleep(0.02)


def run(*words):
    done = subprocess.run(words, capture_output=True, text=True)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, words))}: {done.stdout}{done.stderr}")
    return done.stdout


def fill(assay, database, rows):
    """Rows of a hundred characteristics."""
    if not rows:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".csv") as out:
        out.write("time," + ",".join(f"c{i}" for i in range(100)) + "\n")
        for n in range(rows // 100):
            stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1500000000 + n))
            out.write(stamp + "," + ",".join(f"{20 + (n * 7 + i) % 97 / 1000:.3f}" for i in range(100)) + "\n")
        out.flush()
        run(assay, "import", database, out.name, "--wide", "--quiet")


def missing_account(server):
    """A source whose account does not add up; None."""
    for name, source in server.accounts().items():
        account = source.get("account", source)
        if account["received"] != sum(account.get(k, 0) for k in FATES):
            return f"the account of {name} does not add up: {account}"
    return None


def look(assay, database, gauges, promised):
    """What is wrong with the database while no server has it; None."""
    check = subprocess.run([assay, "check", database, "--lang", "en"], capture_output=True, text=True)
    if check.returncode:
        return f"the check fails: {check.stdout}{check.stderr}"
    for gauge in gauges:
        rows = run(assay, "export", database, gauge.sender.topic).splitlines()[1:]
        found = [int(row.split(",")[2]) for row in rows]
        there = set(found)
        if doubled := {n for n, times in collections.Counter(found).items() if times > 1} - gauge.told_again:
            return f"{gauge.sender.topic}: {len(doubled)} of {len(found)} values are there twice, such as {min(doubled)}"
        if lost := promised[gauge] - there:
            return f"{gauge.sender.topic}: {len(lost)} acknowledged values are lost, such as {min(lost)}"
    return None


def promises(gauges, broker):
    """What each gauge may rely on by now: of the broker's, what it was told the server has is not known before
    the queue is empty."""
    return {g: set() if broker and g.port == broker.port else set(g.sender.acknowledged) for g in gauges}


def wait_for_all(server, gauges, seconds=120):
    end = time.monotonic() + seconds
    for g in gauges:
        g.is_over = True
        g.join(seconds)
    wanted = sum(g.sender.number for g in gauges)
    while True:
        accounts = server.accounts()
        stored = sum(s.get("account", s)["stored"] for n, s in accounts.items() if n in ("broker", "endpoint"))
        if stored >= wanted:
            return None
        if time.monotonic() > end:
            return f"{wanted - stored} of {wanted} values never arrived"
        time.sleep(0.1)


def one_life(server, gauges, broker, chance):
    """Start, some time, the kill."""
    server.start()
    fault = missing_account(server)
    time.sleep(chance.uniform(0, 0.3))
    server.end(signal.SIGKILL)
    return fault, promises(gauges, broker)


def main():
    assay, kills = os.path.abspath(sys.argv[1]), int(sys.argv[2])
    seed, stored = (int(sys.argv[i]) if len(sys.argv) > i else d for i, d in ((3, 1), (4, 0)))
    print("1..1")
    with tempfile.TemporaryDirectory(prefix="assay-kill-") as home:
        database, port = home + "/plant.assay", free_port()
        broker = Broker(home, "max_inflight_messages 1000") if MOSQUITTO else None
        run(assay, "init", database)
        fill(assay, database, stored)
        run(assay, "source", "add", database, "endpoint", "door=mqtt-listen", f"listen=127.0.0.1:{port}")
        gauges = [Gauge("own/value", port)]
        if broker:
            run(assay, "source", "add", database, "broker", "door=mqtt", f"broker=mqtt://127.0.0.1:{broker.port}",
                'subscribe=["far/#"]')
            gauges.append(Gauge("far/value", broker.port, has_broker=True))
        server, chance, fault, n = Server(assay, database), random.Random(seed), None, 0
        server.start()
        gauges[0].start()
        if broker: # before its first subscription the broker keeps nothing
            while server.accounts()["broker"].get("state") not in ("connected", "ok", "up"):
                time.sleep(0.05)
            gauges[1].start()
        time.sleep(0.5)
        server.end(signal.SIGKILL)
        while n < kills and not fault:
            n += 1
            fault, promised = one_life(server, gauges, broker, chance)
            if not fault and n % LOOK_EVERY == 0:
                fault = look(assay, database, gauges, promised)
                print(f"# after {n} kills: {fault or 'nothing lost'}", flush=True)
        server.start()
        fault = fault or wait_for_all(server, gauges) or missing_account(server)
        server.end(signal.SIGTERM)
        fault = fault or look(assay, database, gauges, {g: set(range(1, g.sender.number + 1)) for g in gauges})
        if broker:
            broker.stop()
        said = ", ".join(f"{g.sender.number} of {g.sender.topic}" + (f", {len(g.told_again)} of them told the broker twice"
                         if g.told_again else "") for g in gauges)
        print(f"# slowest start {1e3 * server.slowest:.0f} ms, most processor time of one "
              f"{1e3 * server.dearest:.0f} ms, with {stored} rows stored before")
        print("not ok 1 -" if fault else "ok 1 -", f"killed {n} times while values came ({said}):",
              fault or "nothing lost, nothing doubled, every account adds up")
        return bool(fault)


if __name__ == "__main__":
    sys.exit(main())
