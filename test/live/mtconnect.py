# SPDX-License-Identifier: GPL-3.0-or-later
"""The MTConnect door against a small agent: streams, heartbeats, gaps, restarts, polling."""
import http.server
import json
import os
import threading
import time
import urllib.parse

from doors import DATA, Plant, assay, digests, imported, run

PATH = "Line 1/Thickness"


def expected_rows():
    with open(os.path.join(DATA, "csv/ccxbar-expected.csv")) as text:
        return [line.strip().split(",") for line in text][1:]


class Agent:
    """Observations with sequence numbers in a buffer; what a real agent answers to probe, current and sample."""

    def __init__(self, streams=True, units="MICROMETER"):
        self.lock = threading.Condition()
        self.streams, self.units, self.size = streams, units, 131072
        self.instance, self.sequence, self.observations = 1767597600, 1, []
        self.requests, self.is_down = [], False
        agent = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                agent.answer(self)

            def log_message(self, *args):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda request, address: None  # a plant that was killed says no goodbye
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/Gauge7"

    def close(self):
        self.is_down = True
        self.server.shutdown()
        self.server.server_close()

    def add(self, item, value, time):
        with self.lock:
            self.observations.append((self.sequence, item, value, time))
            self.sequence += 1
            self.observations = self.observations[-self.size:]
            self.lock.notify_all()

    def restart(self):
        with self.lock:
            self.instance += 3600
            self.sequence, self.observations = 1, []
            self.lock.notify_all()

    def first(self):
        return self.observations[0][0] if self.observations else self.sequence

    def document(self, observations, following):
        rows = "".join(f'<{"Length" if i == "thk" else "PartCount"} dataItemId="{i}" sequence="{s}" timestamp="{t}">{v}</X>'
                       .replace("</X>", "</Length>" if i == "thk" else "</PartCount>") for s, i, v, t in observations)
        return (f'<?xml version="1.0" encoding="UTF-8"?><MTConnectStreams xmlns="urn:mtconnect.org:MTConnectStreams:2.0">'
                f'<Header instanceId="{self.instance}" bufferSize="{self.size}" firstSequence="{self.first()}" '
                f'lastSequence="{self.sequence - 1}" nextSequence="{following}"/><Streams><DeviceStream name="Gauge7">'
                f'<ComponentStream><Samples>{rows}</Samples></ComponentStream></DeviceStream></Streams></MTConnectStreams>').encode()

    def error(self, code, text):
        return (f'<MTConnectError xmlns="urn:mtconnect.org:MTConnectError:1.7"><Header instanceId="{self.instance}"/>'
                f'<Errors><Error errorCode="{code}">{text}</Error></Errors></MTConnectError>').encode()

    def current(self):
        newest = {}
        for o in self.observations:
            newest[o[1]] = o
        return self.document(newest.values(), self.sequence)

    def sample(self, start, count):
        with self.lock:
            if start < self.first() or start > self.sequence:
                return self.error("OUT_OF_RANGE", f"'from' must be greater than or equal to {self.first()}"), start
            rows = [o for o in self.observations if o[0] >= start][:count]
            following = rows[-1][0] + 1 if rows else self.sequence
            return self.document(rows, following), following

    def send(self, handler, body, kind="text/xml"):
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    def answer(self, handler):
        url = urllib.parse.urlparse(handler.path)
        ask = {k: v[0] for k, v in urllib.parse.parse_qs(url.query).items()}
        self.requests.append(handler.path)
        if url.path.endswith("/probe"):
            self.send(handler, f'<MTConnectDevices><Header instanceId="{self.instance}"/><Devices><Device><DataItems>'
                               f'<DataItem id="thk" units="{self.units}"/><DataItem id="pc"/></DataItems></Device>'
                               '</Devices></MTConnectDevices>'.encode())
        elif url.path.endswith("/current"):
            with self.lock:
                body = self.current()
            self.send(handler, body)
        elif not self.streams:
            self.send(handler, self.sample(int(ask["from"]), int(ask["count"]))[0])
        else:
            try:
                self.stream(handler, int(ask["from"]), int(ask["count"]), int(ask["heartbeat"]) / 1000)
            except OSError:
                handler.close_connection = True

    def stream(self, handler, start, count, heartbeat):
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/mixed;boundary=0123456789abcdef")
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        instance = self.instance
        while not self.is_down:
            with self.lock:
                if self.sequence <= start and self.instance == instance:
                    self.lock.wait(heartbeat)
            if self.instance != instance:
                start, instance = 1, self.instance
            body, start = self.sample(start, count)
            part = (b"--0123456789abcdef\r\nContent-type: text/xml\r\nContent-length: " + str(len(body)).encode() +
                    b"\r\n\r\n" + body + b"\r\n")
            handler.wfile.write(b"%x\r\n" % len(part) + part + b"\r\n")


def plant(agent, **settings):
    return Plant(door="mtconnect", url=agent.url, items={"thk": {"characteristic": PATH, "unit": "MICROMETER"}},
                 heartbeat_ms=200, **settings)


def fill(agent, rows):
    for n, ms, utc, serial, subgroup, value in rows:
        agent.add("thk", value, utc.replace("Z", ".000Z"))


def rows_of(p):
    return [json.loads(line) for line in assay("export", p.database, PATH, "--as", "ndjson").splitlines()]


def values_of(p):
    return [row["value"] for row in rows_of(p)]


EXPECTED = [float(r[5]) for r in expected_rows()]


def buffer_and_stream():
    "what the agent's buffer holds and what it streams gives the series of an import, heartbeats between"
    agent = Agent()
    agent.add("pc", "0", "2026-01-05T07:20:00Z")
    fill(agent, expected_rows()[:5])
    p = plant(agent).start()
    try:
        p.wait_stored(5)
        time.sleep(0.5)  # heartbeats
        fill(agent, expected_rows()[5:10])
        d = p.wait_stored(10)
        assert d["state"] == "connected" and d["detail"] == "streaming" and d["gaps"] == 0, d
        assert len([r for r in agent.requests if "/sample" in r]) == 1, agent.requests
        p.stop()
        ten = p.path("ten.csv")
        with open(ten, "w") as out:
            out.write("time,value\n" + "".join(f"{r[2]},{r[5]}\n" for r in expected_rows()[:10]))
        assert list(digests(p.database).values()) == list(imported(ten).values())
    finally:
        p.close()
        agent.close()


def restart_of_plant():
    "a plant that was killed goes on behind what it has stored, nothing twice"
    agent = Agent()
    p = plant(agent)
    try:
        for i in range(8):
            p.start()
            fill(agent, expected_rows()[i * 10:i * 10 + 10])
            if i % 2:
                time.sleep(0.05 * i)
            else:
                p.wait_stored(10 * (i + 1))
            p.kill()
        p.start()
        d = p.wait_stored(80)
        assert d["account"]["stored"] == 80 and d["account"]["conflicts"] == 0 and d["gaps"] == 0, d
        p.stop()
        assert values_of(p) == EXPECTED[:80]
    finally:
        p.close()
        agent.close()


def gap_is_recorded():
    "what left the agent's buffer before it was read is recorded as a gap, reading goes on behind it"
    agent = Agent()
    agent.size = 8
    p = plant(agent)
    try:
        p.start()
        fill(agent, expected_rows()[:5])
        p.wait_stored(5)
        p.kill()
        fill(agent, expected_rows()[5:30])
        p.start()
        d = p.wait_stored(13)
        assert d["gaps"] == 1 and "sequences 6 to 22" in d["last_gap"], d
        p.stop()
        assert values_of(p) == EXPECTED[:5] + EXPECTED[22:30]
    finally:
        p.close()
        agent.close()


def restart_of_agent():
    "an agent that was started anew makes the cursor void: recorded, and read from its new beginning"
    agent = Agent()
    p = plant(agent).start()
    try:
        fill(agent, expected_rows()[:5])
        p.wait_stored(5)
        agent.restart()
        fill(agent, expected_rows()[5:8])
        d = p.wait_stored(8)
        assert d["gaps"] == 1 and "started anew" in d["last_gap"], d
        assert d["cursor"] == f"{agent.instance}/4", d
        p.stop()
        assert values_of(p) == EXPECTED[:8]
    finally:
        p.close()
        agent.close()


def unavailable():
    "UNAVAILABLE is a place without a value, texts are refused"
    agent = Agent()
    p = plant(agent).start()
    try:
        agent.add("thk", "UNAVAILABLE", "2026-01-05T07:31:00Z")
        agent.add("thk", "22.6", "2026-01-05T07:32:00Z")
        agent.add("thk", "1 2 3", "2026-01-05T07:33:00Z")
        d = p.wait(lambda d: d["account"]["received"] == 3)
        assert d["account"]["stored"] == 2 and d["account"]["refused"] == 1, d
        p.stop()
        assert values_of(p)[0] is None or rows_of(p)[0].get("status") == "no-value", rows_of(p)
    finally:
        p.close()
        agent.close()


def companions_go_along():
    "a companion gives its newest value to each measurement, also of before the start"
    agent = Agent()
    agent.add("pc", "41", "2026-01-05T07:20:00Z")
    p = plant(agent, companions={"pc": "order"})
    p.start()
    try:
        agent.add("thk", "1.5", "2026-01-05T07:31:00Z")
        p.wait_stored(1)
        p.kill()
        p.start()
        agent.add("thk", "2.5", "2026-01-05T07:32:00Z")
        agent.add("pc", "42", "2026-01-05T07:33:00Z")
        agent.add("thk", "3.5", "2026-01-05T07:34:00Z")
        p.wait_stored(3)
        p.stop()
        assert [row.get("order") for row in rows_of(p)] == ["41", "41", "42"], rows_of(p)
    finally:
        p.close()
        agent.close()


def polling():
    "an agent that does not stream is asked again and again"
    agent = Agent(streams=False)
    p = plant(agent, interval_ms=20, count=4).start()
    try:
        fill(agent, expected_rows()[:10])
        p.wait_stored(10)
        fill(agent, expected_rows()[10:15])
        d = p.wait_stored(15)
        assert "polling" in d["detail"], d
        p.stop()
        assert values_of(p) == EXPECTED[:15]
    finally:
        p.close()
        agent.close()


def other_unit():
    "an item in another unit than named is refused, not converted"
    agent = Agent(units="INCH")
    p = plant(agent).start()
    try:
        fill(agent, expected_rows()[:3])
        d = p.wait(lambda d: d["account"]["refused"] == 3)
        assert d["account"]["stored"] == 0, d
    finally:
        p.close()
        agent.close()


def no_agent():
    "an agent that is away is tried again until it is there"
    agent = Agent()
    port = agent.server.server_port
    agent.close()
    p = plant(agent).start()
    try:
        d = p.wait(lambda d: d["state"] == "waiting" and d["detail"])
        again = Agent.__new__(Agent)
        http.server.ThreadingHTTPServer.allow_reuse_address = True
        start_at(again, port)
        fill(again, expected_rows()[:2])
        p.wait_stored(2)
        again.close()
    finally:
        p.close()


def start_at(agent, port):
    plain = http.server.ThreadingHTTPServer
    http.server.ThreadingHTTPServer = lambda address, handler: plain(("127.0.0.1", port), handler)
    try:
        Agent.__init__(agent)
    finally:
        http.server.ThreadingHTTPServer = plain


run([buffer_and_stream, restart_of_plant, gap_is_recorded, restart_of_agent, unavailable, companions_go_along, polling,
     other_unit, no_agent])
