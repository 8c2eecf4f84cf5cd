# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines through the real server: TCP, Unix socket and the HTTP that Telegraf speaks."""
import csv
import gzip
import json
import os
import random
import socket
import subprocess
import tempfile
import shutil
import time
import urllib.error
import urllib.request

from doors import ASSAY, DATA, assay, digests, imported, run

CSV = os.path.join(DATA, "csv/ccxbar-iso.csv")
ROWS = list(csv.DictReader(open(os.path.join(DATA, "csv/ccxbar-expected.csv"))))


class Server:
    """`assay serve` with sources of a configuration file and the demo login."""

    def __init__(self, *sources):
        self.home = tempfile.mkdtemp(prefix="assay-")
        self.database = os.path.join(self.home, "plant.assay")
        self.config = os.path.join(self.home, "config.json")
        with open(self.config, "w") as out:
            json.dump({"sources": [s | {"listen": s["listen"].replace("HOME", self.home)} for s in sources]}, out)
        assay("init", self.database)
        self.start()

    def start(self):
        self.errors = open(os.path.join(self.home, "log"), "a")
        self.process = subprocess.Popen(
            [ASSAY, "serve", self.database, "--listen", "127.0.0.1:0", "--demo", "--config", self.config],
            stdout=subprocess.PIPE, stderr=self.errors, text=True)
        line = self.url = self.process.stdout.readline().strip()
        while line and not line.startswith("demo token"):
            line = self.process.stdout.readline()
        self.token = line.split()[-1]

    def ask(self, path, body=None, headers=None, method=None):
        request = urllib.request.Request(self.url + path, body, headers or {}, method=method)
        request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.status, answer.read()

    def source(self, name):
        return json.loads(self.ask(f"/api/v1/sources/{name}")[1])["source"]

    def wait(self, name, what, seconds=30):
        end = time.time() + seconds
        while True:
            s = self.source(name)
            assert s["received"] == (s["stored"] + s["duplicates"] + s["conflicts"] + s["refused"] +
                                     s["pending"]), s
            if what(s):
                return s
            if time.time() > end:
                raise AssertionError(f"waited too long: {s}")
            time.sleep(0.02)

    def call(self, name):
        port = self.wait(name, lambda s: "port" in s)["port"]
        return socket.create_connection(("127.0.0.1", port), timeout=20)

    def send(self, name, text):
        with self.call(name) as s:
            s.sendall(text.encode())

    def stop(self):
        self.process.terminate()
        assert self.process.wait(30) == 0
        self.process.stdout.close()
        self.errors.close()

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.errors.close()

    def close(self):
        if self.process.poll() is None:
            self.kill()
        shutil.rmtree(self.home)


def served(*sources):
    """The rest of a test with a server, which ends with it."""
    def around(test):
        def story():
            server = Server(*sources)
            try:
                test(server)
            finally:
                server.close()
        story.__doc__ = test.__doc__
        return story
    return around


def tcp(name, **settings):
    return {"name": name, "door": "line", "listen": "127.0.0.1:0", **settings}


def as_lines(field="thickness", tags=""):
    return "".join(f"{field},serial={r['serial']},subgroup={r['subgroup']},unit=µm{tags} value={r['value']} "
                   f"{r['utc_ms']}000000\n" for r in ROWS)


def as_ndjson():
    return "".join(json.dumps({"characteristic": "thickness", "time": r["utc"], "serial": r["serial"],
                               "subgroup": r["subgroup"]})[:-1] + f', "value": {r["value"]}}}\n' for r in ROWS)


@served(tcp("l1"))
def line_protocol_gives_the_digest_of_an_import(server):
    "line protocol over TCP gives the digest of an import"
    server.send("l1", as_lines())
    server.wait("l1", lambda s: s["stored"] == 100)
    server.stop()
    assert digests(server.database) == imported(CSV)


@served({"name": "u1", "door": "line", "listen": "unix:HOME/line.sock", "format": "ndjson"})
def ndjson_gives_the_digest_of_an_import(server):
    "NDJSON through a Unix socket gives the digest of an import"
    server.wait("u1", lambda s: s["state"] == "listening")
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(os.path.join(server.home, "line.sock"))
        s.sendall(as_ndjson().encode())
    server.wait("u1", lambda s: s["stored"] == 100)
    server.stop()
    assert digests(server.database) == imported(CSV)
    assert not os.path.exists(os.path.join(server.home, "line.sock"))


@served(tcp("l1"))
def any_order_gives_one_digest(server):
    "lines in any order, from many connections, twice, give one digest"
    for seed in range(3):
        lines = as_lines().splitlines(True)
        random.Random(seed).shuffle(lines)
        for part in range(4):
            server.send("l1", "".join(lines[part::4]))
    server.wait("l1", lambda s: s["received"] == 300 and s["pending"] == 0)
    s = server.source("l1")
    assert (s["stored"], s["duplicates"], s["conflicts"]) == (100, 200, 0), s
    server.stop()
    assert digests(server.database) == imported(CSV)


@served(tcp("l1"))
def bad_lines_cost_themselves_and_are_told(server):
    "bad lines cost only themselves, and their sender finds the reason"
    good = as_lines().splitlines(True)
    bad = ["nonsense\n", "m f=1 yesterday\n", "m f=\"text\"\n", "m,a=1,a=2 f=1\n", "m f=1e\n", "m f=1,g=x 5\n"]
    lines = [line for pair in zip(good, bad * 20) for line in pair]
    server.send("l1", "".join(lines))
    refused = sum(lines.count(b) for b in bad)
    kept = lines.count(bad[5]) # the good field of that line, each time the same measurement
    s = server.wait("l1", lambda s: s["received"] == 100 + refused + kept and s["pending"] == 0)
    assert (s["refused"], s["stored"], s["duplicates"]) == (refused, 101, kept - 1), s
    body = json.loads(server.ask("/api/v1/sources/l1")[1])
    assert {r["reason"] for r in body["refusals"]} == {
        "not-line-protocol", "not-a-date", "not-a-measurement", "duplicate-tag", "not-a-number"}, body
    server.stop()
    told = json.loads(assay("sources", server.database, "--json"))["sources"][0]
    assert told["received"] == told["stored"] + told["duplicates"] + told["conflicts"] + told["refused"]
    assert any(r["example"] == "nonsense" and r["remedy"] for r in told["refusals"]), told


@served(tcp("l1", answers=True))
def what_was_answered_survives_a_kill(server):
    "after kill -9 nothing that was answered is lost, and what is sent again is not doubled"
    lines = [f"d value={i % 1000}.25 {1767597660000000000 + i * 1000000}\n" for i in range(60000)]
    at = 0
    for round in range(4):
        with server.call("l1") as s:
            s.settimeout(20)
            base, heard, done = at, "", at
            end = len(lines) if round == 3 else min(len(lines), at + 20000)
            s.sendall("".join(lines[at:end]).encode())
            goal = end if round == 3 else base + 3000
            while done < goal:
                heard += s.recv(65536).decode()
                oks = [int(a[3:]) for a in heard.split("\n")[:-1] if a.startswith("ok ")]
                done = base + (oks[-1] if oks else 0)
            at = done
            if round < 3:
                server.kill()
        if round < 3:
            server.start()
            stored = server.wait("l1", lambda s: "port" in s)["stored"]
            assert stored >= at, (stored, at)
    s = server.wait("l1", lambda s: s["stored"] == 60000 and s["pending"] == 0)
    assert s["conflicts"] == 0 and s["refused"] == 0, s
    server.stop()
    assert "60000" in assay("list", server.database)


# What Telegraf 1.29 sends with its serializer "influx": sorted tags, its own host, integers with i.
TELEGRAF = ("opcua,host=edge-7,id=ns\\=2;s\\=Press.Force,line=L1 Quality=\"OK (0x0)\",force=182.40 1767597660000000000\n"
            "modbus,host=edge-7,line=L1,name=press,slave_id=1 cycle=4711i,temperature=64.5 1767597660000000000\n"
            "s7comm,host=edge-7,line=L1 running=true,speed=12i 1767597660000000000\n")


@served(tcp("telegraf", ignore=["host", "id", "name", "slave_id"], prefix="plant-a"))
def telegraf_over_a_socket(server):
    "outputs.socket_writer: numbers become series, texts are refused by name"
    server.send("telegraf", TELEGRAF)
    s = server.wait("telegraf", lambda s: s["received"] == 6 and s["pending"] == 0)
    assert (s["stored"], s["refused"]) == (4, 2), s
    server.stop()
    paths = {c["path"] for c in json.loads(assay("list", server.database, "--json"))["characteristics"]}
    assert paths == {"plant-a/opcua/L1/force", "plant-a/modbus/L1/cycle", "plant-a/modbus/L1/temperature",
                     "plant-a/s7comm/L1/speed"}, paths


@served()
def telegraf_over_http(server):
    "outputs.influxdb_v2: gzip, its headers and query, 204 once it is durable"
    good = "".join(line + "\n" for line in TELEGRAF.splitlines()[1:2])
    status, _ = server.ask("/api/v2/write?bucket=plant&org=assay", gzip.compress(good.encode()),
                           {"Content-Encoding": "gzip", "Content-Type": "text/plain; charset=utf-8",
                            "User-Agent": "Telegraf/1.29.0 Go/1.21.5"}, "POST")
    assert status == 204, status
    server.kill() # 204 was the promise
    listed = json.loads(assay("list", server.database, "--json"))["characteristics"]
    assert len(listed) == 2 and all(c["n"] == 1 for c in listed), listed


# What node-opcua's recipe in docs/how-to sends: one object a line, each value with its source time.
@served(tcp("opcua", format="ndjson", answers=True))
def node_opcua_recipe(server):
    "the node-opcua recipe: NDJSON with answers, bad quality kept out of the statistics"
    with server.call("opcua") as s:
        s.sendall(b'{"characteristic":"plant-a/press/force","value":182.4,"time":"2026-01-05T07:21:00.000Z","unit":"kN"}\n'
                  b'{"characteristic":"plant-a/press/force","value":0,"status":"bad","time":"2026-01-05T07:21:01.000Z"}\n'
                  b'{"characteristic":"plant-a/press/force","value":null,"time":"2026-01-05T07:21:02.000Z"}\n')
        heard = b""
        while b"ok 3\n" not in heard:
            heard += s.recv(4096)
    server.stop()
    c = json.loads(assay("list", server.database, "--json"))["characteristics"][0]
    assert c["n"] == 1, c


@served()
def a_source_of_the_api_opens_at_once(server):
    "a source that is put through the API opens, changes and goes while the server runs"
    put = lambda settings, **h: server.ask("/api/v1/sources/cell", json.dumps(settings).encode(),
                                           {"Content-Type": "application/json", **h}, "PUT")
    put({"door": "line", "listen": "127.0.0.1:0"}, **{"If-None-Match": "*"})
    server.send("cell", "d value=1 5\n")
    server.wait("cell", lambda s: s["stored"] == 1)
    try:
        put({"door": "line", "listen": "nowhere"}, **{"If-None-Match": "*"})
        raise AssertionError("taken")
    except urllib.error.HTTPError as refusal:
        assert refusal.code == 422 and "listen" in refusal.read().decode()


run([line_protocol_gives_the_digest_of_an_import, ndjson_gives_the_digest_of_an_import,
     any_order_gives_one_digest, bad_lines_cost_themselves_and_are_told,
     what_was_answered_survives_a_kill, telegraf_over_a_socket, telegraf_over_http, node_opcua_recipe,
     a_source_of_the_api_opens_at_once])
