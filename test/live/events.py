# SPDX-License-Identifier: GPL-3.0-or-later
"""Events as they happen (SSE): who listens hears all of it, once, and nothing of other sites."""
import json
import select
import socket
import time

from server import Server, run

S = Server()


class Listener:
    def __init__(self, query="", token=None, last=None):
        self.socket = socket.create_connection(("127.0.0.1", S.port), timeout=10)
        request = f"GET /api/v1/events{query} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token or S.token}\r\n"
        if last:
            request += f"Last-Event-ID: {last}\r\n"
        self.socket.sendall((request + "\r\n").encode())
        self.file = self.socket.makefile("rb")
        while self.file.readline().strip():
            pass
        self.buffer = b""
        assert self.next_block() == b"retry: 2000"

    def next_block(self):
        while b"\n\n" not in self.buffer:
            size = int(self.file.readline() or b"0", 16)
            if size == 0:
                return None
            self.buffer += self.file.read(size)
            self.file.readline()
        block, self.buffer = self.buffer.split(b"\n\n", 1)
        return block

    def next(self, kind=None):
        while True:
            block = self.next_block()
            if block is None:
                return None
            fields = dict(line.split(": ", 1) for line in block.decode().split("\n") if ": " in line)
            if fields and (kind is None or fields.get("event") == kind):
                return fields["id"], fields["event"], json.loads(fields["data"])

    def is_silent(self, seconds=0.5):
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]


def send(path, value, second):
    answer = S.measure([{"characteristic": path, "time": f"2026-05-01T00:{second // 60:02}:{second % 60:02}Z", "value": value}])
    assert answer.json()["stored"] == 1, answer


def points_are_heard():
    "each stored measurement is heard as a point, at once and in order"
    ears = [Listener("?kinds=point") for _ in range(3)]
    for i in range(20):
        send("a/bore", 10 + i % 3, i)
    for ear in ears:
        heard = [ear.next() for _ in range(20)]
        assert [kind for _, kind, _ in heard] == ["point"] * 20
        assert [data["time"] for _, _, data in heard] == [f"2026-05-01T00:00:{i:02}Z" for i in range(20)]
        assert all(data["path"] == "a/bore" for _, _, data in heard)


def nothing_is_missed():
    "who comes back with Last-Event-ID hears what came meanwhile, and nothing twice"
    ear = Listener("?kinds=point")
    send("a/bore", 10, 100)
    last, _, _ = ear.next()
    ear.socket.close()
    for i in range(101, 111):
        send("a/bore", 10, i)
    back = Listener("?kinds=point", last=last)
    assert [back.next()[2]["time"][-4:-1] for _ in range(10)] == [f":{i % 60:02}" for i in range(101, 111)]
    assert back.is_silent()


def a_gap_is_told():
    "who was away for longer than is kept, or over a restart, is told so"
    ear = Listener("?kinds=point", last="12345")
    assert ear.next()[1] == "gap"


def wishes_are_heard():
    "only the kinds, characteristics and paths that were asked for"
    number = S.get("/api/v1/characteristics?search=a/bore")["characteristics"][0]["number"]
    one, under = Listener(f"?kinds=point&characteristic={number}"), Listener("?kinds=point&under=a/")
    send("b/shaft", 5, 200)
    send("a/bore", 11, 201)
    assert one.next()[2]["path"] == "a/bore" and under.next()[2]["path"] == "a/bore"
    assert S.ask("GET", "/api/v1/events?kinds=weather").status == 400


def sites_are_apart():
    "a listener of one site hears nothing of another"
    token = S.person("kim", "engineer@b")
    ear = Listener(token=token)
    send("a/bore", 12, 300)
    assert ear.is_silent()
    send("b/shaft", 6, 301)
    assert ear.next("point")[2]["path"] == "b/shaft"


def alarms_are_heard():
    "an alarm is heard as it is raised, within a second of the measurement"
    for i in range(30):
        send("c/len", 10 + i % 2 / 10, i)
    number = S.get("/api/v1/characteristics?search=c/len")["characteristics"][0]["number"]
    assert S.ask("POST", f"/api/v1/characteristics/{number}/limits?n=1", {"why": "start"}).status == 201
    chart = S.get(f"/api/v1/characteristics/{number}/charts")["charts"][0]["chart"]
    assert S.ask("PUT", f"/api/v1/chart-states/{chart}", {"state": "alerting"}, headers={"If-None-Match": "*"}).status == 204
    time.sleep(1.5)
    ear = Listener("?kinds=alarm")
    now = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 1))
    began = time.time()
    S.measure([{"characteristic": "c/len", "time": now, "value": 99}])
    alarm = ear.next()[2]
    assert alarm["path"] == "c/len" and alarm["state"] == "raised", alarm
    print(f"# heard after {(time.time() - began) * 1000:.0f} ms")


def the_end_is_told():
    "a server that stops ends its streams"
    ear = Listener()
    assert S.stop() == 0
    assert ear.next("none") is None
    S.start()


try:
    run(points_are_heard, nothing_is_missed, a_gap_is_told, wishes_are_heard, sites_are_apart, alarms_are_heard,
        the_end_is_told)
finally:
    S.close()
