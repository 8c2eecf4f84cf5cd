# SPDX-License-Identifier: GPL-3.0-or-later
"""A small MTConnect agent for tests, and the data set it tells."""
import http.server
import os
import threading
import urllib.parse

from doors import DATA


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
