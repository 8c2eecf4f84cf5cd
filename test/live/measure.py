# SPDX-License-Identifier: GPL-3.0-or-later
"""Measurements over HTTP: every value is accounted for, nothing acknowledged is lost."""
import gzip
import json
import random
import signal
import threading

from server import Server, conserved, run, wait_for

S = Server()


def lines(n, name="bore", start=0):
    return "".join(f"{name} value={i % 1000 / 100:.2f} {1700000000000000000 + (start + i) * 1000000}\n"
                   for i in range(n))


def values_of(path):
    number = next(r["number"] for r in S.get("/api/v1/characteristics?limit=1000")["characteristics"] if r["path"] == path)
    return S.get(f"/api/v1/characteristics/{number}/series?limit=1")["total"]


def all_is_accounted():
    "received = stored + duplicates + conflicts + refused, of good, double, contradicting and bad rows"
    assert S.write(lines(1000), ).status == 204
    assert S.write(lines(1000)).status == 204
    bad = S.write("bore value=1 1700000000000000000\nbore value=x 5\nnonsense\n" + lines(10, start=5000))
    assert bad.status == 400 and bad.json()["stored"] == 10 and bad.json()["refused"] == 2, bad
    assert bad.json()["conflicts"] == 1 and "partial write" in bad.json()["error"]
    a = S.account()
    assert conserved(a) and a["received"] == 2013 and a["stored"] == 1010 and a["duplicates"] == 1000, a
    assert values_of("bore") == 1010


def packed_bodies():
    "gzip bodies are unpacked as they come; broken and endless ones are refused"
    head = {"Content-Encoding": "gzip"}
    body = gzip.compress(lines(50000, "packed").encode())
    assert S.write(body, headers=head).status == 204
    assert values_of("packed") == 50000
    assert S.write(body[:-20], headers=head).status in (204, 400)
    assert S.write(b"not gzip at all", headers=head).status == 400
    bomb = gzip.compress(b"\n" * (1 << 21))
    assert S.ask("POST", "/api/v1/session", bomb, token=None, headers=head).status in (400, 413)
    assert conserved(S.account())


def answers_are_packed():
    "a large answer is packed for who accepts it, and says the same"
    plain = S.ask("GET", "/api/v1/openapi.json").body
    packed = S.ask("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip" and gzip.decompress(packed.body) == plain
    none = S.ask("GET", "/api/v1/openapi.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert none.headers["Content-Encoding"] is None


def digits_stay():
    "a number keeps the digits it was sent with"
    S.write("digits value=24.500 1700000000000000000\ndigits value=0.10 1700000001000000000\n"
            "digits value=12345678.9 1700000002000000000\n")
    number = next(r["number"] for r in S.get("/api/v1/characteristics?search=digits")["characteristics"])
    body = S.ask("GET", f"/api/v1/characteristics/{number}/series").body
    assert b'"value": [24.500, 0.10, 12345678.9]' in body, body


def verdicts_row_by_row():
    "each row has its verdict, for NDJSON and CSV"
    t = "2026-01-01T00:00:0{}Z"
    rows = [{"characteristic": "v/1", "time": t.format(i), "value": i} for i in range(3)]
    assert {r["verdict"] for r in S.measure(rows).json()["rows"]} == {"stored"}
    rows[1]["value"], rows[2]["value"] = 9, "bad"
    verdicts = {r["line"]: r["verdict"] for r in S.measure(rows).json()["rows"]}
    assert verdicts == {1: "duplicate", 2: "conflict", 3: "refused"}, verdicts
    csv = "characteristic,time,value\nv/2,2026-01-01T00:00:00Z,1.50\nv/2,2026-01-01T00:00:01Z,zz\n"
    csv += "".join(f"v/2,2026-01-01T00:01:{i:02}Z,1.6\n" for i in range(9))
    answer = S.ask("POST", "/api/v1/measurements", csv, headers={"Content-Type": "text/csv"}).json()
    assert (answer["stored"], answer["refused"]) == (10, 1), answer
    totals = S.measure(rows, query="?totals").json()
    assert "rows" not in totals and totals["received"] == 3


def keys_work_once():
    "a request with an Idempotency-Key counts once, also after a kill"
    row = [{"characteristic": "key/untimed", "value": 5}]
    key = {"Idempotency-Key": "same"}
    assert S.measure(row, headers=key).json()["stored"] == 1
    again = S.measure(row, headers=key).json()
    assert again["replayed"] and again["stored"] == 1
    assert S.measure([{"characteristic": "key/untimed", "value": 6}], headers=key).status == 422
    S.stop(signal.SIGKILL)
    S.start()
    again = S.measure(row, headers=key).json()
    assert again["replayed"], again
    assert values_of("key/untimed") == 1
    many = lines(70000, "key/many")
    assert S.write(many, headers={"Idempotency-Key": "many"}).status == 413
    assert S.write("key/other value=1 1\n", headers={"Idempotency-Key": "x" * 300}).status == 400


def kills_lose_nothing():
    "kill -9 during writing, again and again: what was acknowledged is there, nothing twice"
    acknowledged, sent = set(), 0
    for round_ in range(6):
        stop = threading.Event()
        token = S.token

        def send(worker):
            i = 0
            while not stop.is_set():
                stamp = 1800000000000000000 + ((round_ * 4 + worker) * 100000 + i) * 1000
                try:
                    if S.write(f"kill/w value={i} {stamp}\n", token=token).status == 204:
                        acknowledged.add(stamp)
                except OSError:
                    return
                except Exception:
                    return
                i += 1

        workers = [threading.Thread(target=send, args=(w,)) for w in range(4)]
        for w in workers:
            w.start()
        threading.Event().wait(random.uniform(0.2, 0.6))
        S.stop(signal.SIGKILL)
        stop.set()
        for w in workers:
            w.join()
        S.start()
    number = next(r["number"] for r in S.get("/api/v1/characteristics?search=kill/w")["characteristics"])
    stored = values_of("kill/w")
    series = S.get(f"/api/v1/characteristics/{number}/series?limit=100000")["time"]
    assert len(series) == len(set(series)) == stored, "something was stored twice"
    assert stored >= len(acknowledged) > 20, (stored, len(acknowledged))
    a = S.account()
    assert conserved(a), a
    print(f"# {len(acknowledged)} acknowledged, {stored} stored, started again in {S.started_s:.2f} s")


def stops_with_grace():
    "SIGTERM answers who waits and exits with 0"
    done = []

    def send():
        for i in range(200):
            try:
                done.append(S.write(lines(100, "grace", i * 100)).status)
            except Exception as e:
                done.append(str(e))
                return

    t = threading.Thread(target=send)
    t.start()
    wait_for(lambda: len(done) > 3)
    assert S.stop() == 0
    t.join()
    S.start()
    assert values_of("grace") == 100 * done.count(204), done[-3:]


def slow_clients_are_dropped():
    "headers and bodies that trickle cost only their own connection"
    import socket
    import time
    slow = []
    for i in range(100):
        c = socket.create_connection(("127.0.0.1", S.port))
        c.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n" if i % 2 else
                  b"POST /api/v1/write HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + S.token.encode() +
                  b"\r\nContent-Length: 100000\r\n\r\n")
        slow.append(c)
    waits = []
    end = time.time() + 21
    while time.time() < end and slow:
        for c in slow[:]:
            try:
                c.sendall(b"X" if slow.index(c) % 2 else b"a: b\r\n")
            except OSError:
                slow.remove(c)
        began = time.time()
        assert S.ask("GET", "/livez").status == 200
        waits.append(time.time() - began)
        time.sleep(1)
    waits.sort()
    assert len(slow) < 5, f"{len(slow)} slow connections are still there"
    assert waits[-1] < 1, waits
    print(f"# longest honest answer {waits[-1] * 1000:.0f} ms")


try:
    run(all_is_accounted, packed_bodies, answers_are_packed, digits_stay, verdicts_row_by_row, keys_work_once,
        kills_lose_nothing, stops_with_grace, slow_clients_are_dropped)
finally:
    S.close()
