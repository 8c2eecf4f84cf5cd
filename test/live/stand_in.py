# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that says what a test wants: answers of the API from a table, events pushed by hand."""
import http.server
import json
import queue
import socket
import socketserver
import threading


class StandIn(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, token=None, path=None):
        self.path = path  # of a Unix socket; None: TCP
        if path:
            self.address_family = socket.AF_UNIX
        super().__init__(path or ("127.0.0.1", 0), Handler)
        self.token = token
        self.answers = {}   # path without query -> document
        self.posted = []    # (path, headers, body)
        self.asked = []     # paths with query
        self.streams = []   # one queue for each open stream
        self.seen_ids = []  # Last-Event-ID of each stream
        self.refuse = 0     # so many posts are answered with 503
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def address(self):
        return f"unix:{self.path}" if self.path else f"127.0.0.1:{self.server_address[1]}"

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # without asking for the name of a host


    def push(self, kind, event, number):
        for stream in list(self.streams):
            stream.put(f"id: {number}\nevent: {kind}\ndata: {json.dumps(event)}\n\n".encode())

    def hang_up(self):
        for stream in list(self.streams):
            stream.put(None)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def address_string(self):
        return "a test"

    def log_message(self, *_):
        pass

    def answer(self, code, document):
        body = json.dumps(document).encode()
        self.send_response(code)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_welcome(self):
        wanted = self.server.token
        if wanted is None or self.headers.get("Authorization") == f"Bearer {wanted}":
            return True
        self.answer(401, {"status": 401, "detail": "who are you?"})
        return False

    def do_GET(self):
        if not self.is_welcome():
            return
        self.server.asked.append(self.path)
        path = self.path.split("?")[0]
        if path == "/api/v1/events":
            self.stream()
        elif path in self.server.answers:
            self.answer(200, self.server.answers[path])
        else:
            self.answer(404, {"status": 404, "detail": f"nothing at {path}"})

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.server.refuse > 0:
            self.server.refuse -= 1
            self.answer(503, {"status": 503, "detail": "later"})
            return
        if not self.is_welcome():
            return
        self.server.posted.append((self.path, dict(self.headers), body.decode()))
        self.answer(200, {})

    def stream(self):
        events = queue.Queue()
        self.server.seen_ids.append(self.headers.get("Last-Event-ID"))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.flush()
        self.server.streams.append(events)
        while (event := events.get()) is not None:
            try:
                self.wfile.write(event)
                self.wfile.flush()
            except OSError:
                break
        self.server.streams.remove(events)
        self.close_connection = True
